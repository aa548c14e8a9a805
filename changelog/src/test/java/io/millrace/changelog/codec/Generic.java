package io.millrace.changelog.codec;

import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.EnvelopeSchemas;
import io.millrace.contracts.row.RowSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Avro's own generic reader and writer, which ours are held against. */
final class Generic {
  private Generic() {}

  /** A row record of these values, given as in {@link RawChange}. */
  static GenericRecord row(Schema record, @Nullable Object[] values) {
    GenericRecord row = new GenericData.Record(record);
    for (int i = 0; i < values.length; i++) {
      row.put(i, value(record.getFields().get(i).schema(), values[i]));
    }
    return row;
  }

  private static @Nullable Object value(Schema union, @Nullable Object value) {
    Schema schema = AvroRows.nonNull(union).orElseThrow();
    return switch (value) {
      case BigDecimal d -> ByteBuffer.wrap(d.unscaledValue().toByteArray());
      case byte[] b -> ByteBuffer.wrap(b);
      case UUID uuid -> uuid.toString();
      case List<?> list ->
          new GenericData.Array<>(
              schema, list.stream().map(v -> value(schema.getElementType(), v)).toList());
      case Map<?, ?> map -> map(schema, map);
      case null -> null;
      default -> value;
    };
  }

  /** A map, or a struct by the names of its fields. */
  private static Object map(Schema schema, Map<?, ?> map) {
    return switch (schema.getType()) {
      case RECORD ->
          row(schema, schema.getFields().stream().map(f -> map.get(AvroRows.nameOf(f))).toArray());
      case MAP -> {
        Map<Object, @Nullable Object> values = new LinkedHashMap<>();
        map.forEach((k, v) -> values.put(k, value(schema.getValueType(), v)));
        yield values;
      }
      default -> {
        Schema entry = schema.getElementType();
        List<GenericRecord> entries = new ArrayList<>();
        map.forEach((k, v) -> entries.add(row(entry, new @Nullable Object[] {k, v})));
        yield new GenericData.Array<>(schema, entries);
      }
    };
  }

  /** The values of a row record of these columns. */
  static @Nullable Object[] values(GenericRecord row, RowSchema schema) {
    @Nullable Object[] values = new Object[schema.columns().size()];
    for (int i = 0; i < values.length; i++) {
      Object value = row.get(i);
      boolean uuid = schema.columns().get(i).type() == DataType.Simple.UUID;
      values[i] =
          switch (value) {
            case ByteBuffer bytes -> unwrapped(bytes, schema, i);
            case Utf8 text when uuid -> UUID.fromString(text.toString());
            case Utf8 text -> text.toString();
            case null -> null;
            default -> value;
          };
    }
    return values;
  }

  private static Object unwrapped(ByteBuffer bytes, RowSchema schema, int column) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return schema.columns().get(column).type() instanceof DataType.Decimal decimal
        ? new BigDecimal(new BigInteger(copy), decimal.scale())
        : copy;
  }

  /** A change in the envelope of a raw topic. */
  static GenericRecord raw(
      Schema envelope,
      String op,
      @Nullable Object @Nullable [] before,
      @Nullable Object @Nullable [] after,
      long committedMicros) {
    Schema rowRecord = AvroRows.rowRecord(envelope);
    GenericRecord source = new GenericData.Record(EnvelopeSchemas.RAW_SOURCE);
    source.put("connector", "test");
    source.put("name", "shop");
    source.put("table", "orders");
    source.put("snapshot", false);
    source.put("ts_us", committedMicros);
    GenericRecord change = new GenericData.Record(envelope);
    change.put("before", before == null ? null : row(rowRecord, before));
    change.put("after", after == null ? null : row(rowRecord, after));
    change.put("op", op);
    change.put("source", source);
    change.put("ts_us", committedMicros + 7);
    return change;
  }

  /** A change in the envelope of a table's topic. */
  static GenericRecord table(
      Schema envelope,
      String op,
      @Nullable Object @Nullable [] before,
      @Nullable Object @Nullable [] after,
      long version,
      long cut,
      long micros) {
    Schema rowRecord = AvroRows.rowRecord(envelope);
    GenericRecord source = new GenericData.Record(EnvelopeSchemas.TABLE_SOURCE);
    source.put("table", "dim.customer");
    source.put("version", version);
    source.put("cut", cut);
    GenericRecord change = new GenericData.Record(envelope);
    change.put("before", before == null ? null : row(rowRecord, before));
    change.put("after", after == null ? null : row(rowRecord, after));
    change.put("op", op);
    change.put("source", source);
    change.put("ts_us", micros);
    return change;
  }

  static byte[] framed(int schemaId, GenericRecord datum) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    try {
      new GenericDatumWriter<GenericRecord>(datum.getSchema()).write(datum, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static GenericRecord read(Schema schema, byte[] framed) {
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(framed, 5, framed.length - 5, null);
    try {
      GenericRecord read =
          new GenericDatumReader<GenericRecord>(schema)
              .read(new GenericData.Record(schema), decoder);
      if (!decoder.isEnd()) {
        throw new IllegalStateException("bytes left over");
      }
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
