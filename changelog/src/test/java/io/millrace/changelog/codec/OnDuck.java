package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Decoders over schemas that are known here, into a DuckDB of their own. */
class OnDuck {
  static final RowSchema ORDERS =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("status", DataType.Simple.VARCHAR, true)),
          List.of("id"));
  static final Schema RAW = ChangeSchemas.rawValue("shop.orders", ORDERS);
  static final Schema KEY = ChangeSchemas.key("shop.orders", ORDERS);

  final Duck duck = new Duck();
  final Map<Integer, Schema> schemas = new TreeMap<>(Map.of(1, RAW, 2, KEY));

  @AfterEach
  void close() {
    duck.close();
  }

  ChangeDecoder raw(RowSchema wanted) {
    return ChangeDecoder.raw(schemas()::get, wanted, Missing.REFUSE);
  }

  /** The registry's answers. */
  Lookup schemas() {
    return id -> {
      Schema schema = schemas.get(id);
      if (schema == null) {
        throw new MillraceException(ChangelogError.CL_002_SCHEMA_UNKNOWN, "no schema id " + id);
      }
      return schema;
    };
  }

  interface Lookup {
    Schema get(int id);
  }

  Loaded load(ChangeDecoder decoder, WireRecord... records) {
    return decoder.load(duck.connection(), "t", duck.allocator(), batches(records));
  }

  static Iterator<List<WireRecord>> batches(WireRecord... records) {
    return List.of(List.of(records)).iterator();
  }

  static WireRecord raw(
      long offset,
      String op,
      @Nullable Object @Nullable [] before,
      @Nullable Object @Nullable [] after) {
    return record(offset, 1, Generic.raw(RAW, op, before, after, offset));
  }

  static WireRecord record(long offset, int schemaId, GenericRecord change) {
    return bytes(offset, Generic.framed(schemaId, change));
  }

  static WireRecord bytes(long offset, byte[] value) {
    return new WireRecord(null, value, 3, offset);
  }

  static @Nullable Object[] row(@Nullable Object... values) {
    return values;
  }

  static List<@Nullable String> text(@Nullable String... values) {
    return Arrays.asList(values);
  }
}
