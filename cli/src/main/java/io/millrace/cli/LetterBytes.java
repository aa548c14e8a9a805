package io.millrace.cli;

import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** The original bytes of a dead letter as people can read them: as Avro, else as text, else hex. */
final class LetterBytes {
  private static final int FRAME_BYTES = 5;
  private static final String BYTES_MAX = Integer.toString(16 << 20);
  private static final GenericData DATA = new GenericData();
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .toFormatter(Locale.ROOT);
  private static final DateTimeFormatter DATE_TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd ")
          .append(TIME)
          .toFormatter(Locale.ROOT);

  static {
    // Avro would reserve whatever length damaged bytes claim; no row of ours is longer.
    System.setProperty("org.apache.avro.limits.bytes.maxLength", BYTES_MAX);
    System.setProperty("org.apache.avro.limits.string.maxLength", BYTES_MAX);
    DATA.addLogicalTypeConversion(new Conversions.DecimalConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.DateConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimeMillisConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.LocalTimestampMillisConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimeMicrosConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimestampMicrosConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.LocalTimestampMicrosConversion());
  }

  private final IntFunction<Schema> schemas;

  /**
   * @param schemas the schema of an id; throws MillraceException when there is none to be had
   */
  LetterBytes(IntFunction<Schema> schemas) {
    this.schemas = schemas;
  }

  /** What they are, a colon, and their content in one line. */
  String shown(byte @Nullable [] bytes) {
    if (bytes == null || bytes.length == 0) {
      return "none";
    }
    return avro(bytes)
        .or(() -> text(bytes))
        .orElseGet(() -> "hex: " + HexFormat.of().formatHex(bytes));
  }

  private Optional<String> avro(byte[] bytes) {
    return value(bytes)
        .map(value ->
            "Avro of schema "
                + ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt()
                + ": "
                + DATA.toString(value));
  }

  /**
   * The values of the record's fields that are not null, as DuckDB casts them to VARCHAR; empty
   * when it cannot be read as a record, or has a value whose text there is not known.
   */
  Optional<Set<String>> fields(byte @Nullable [] bytes) {
    return Optional.ofNullable(bytes)
        .flatMap(this::value)
        .filter(IndexedRecord.class::isInstance)
        .map(IndexedRecord.class::cast)
        .flatMap(LetterBytes::texts);
  }

  private static Optional<Set<String>> texts(IndexedRecord row) {
    Set<String> texts = new HashSet<>();
    for (Schema.Field field : row.getSchema().getFields()) {
      Object value = row.get(field.pos());
      if (value == null) {
        continue;
      }
      Optional<String> text = text(value, field.schema());
      if (text.isEmpty()) {
        return Optional.empty();
      }
      texts.add(text.get());
    }
    return Optional.of(texts);
  }

  private static Optional<String> text(Object value, Schema schema) {
    return switch (value) {
      case CharSequence text -> Optional.of(isUuid(schema) ? lower(text) : text.toString());
      case GenericEnumSymbol<?> symbol -> Optional.of(symbol.toString());
      case Integer number -> Optional.of(number.toString());
      case Long number -> Optional.of(number.toString());
      case Boolean truth -> Optional.of(truth.toString());
      case BigDecimal number -> Optional.of(number.toPlainString());
      case LocalTime time -> Optional.of(TIME.format(time));
      case LocalDate day -> hasFourDigits(day) ? Optional.of(day.toString()) : Optional.empty();
      case LocalDateTime at ->
          hasFourDigits(at.toLocalDate()) ? Optional.of(DATE_TIME.format(at)) : Optional.empty();
      case Instant at ->
          text(LocalDateTime.ofInstant(at, ZoneOffset.UTC), schema).map(t -> t + "+00");
      default -> Optional.empty();
    };
  }

  private static boolean isUuid(Schema schema) {
    return (schema.isUnion() ? schema.getTypes() : List.of(schema))
        .stream().anyMatch(type -> type.getLogicalType() instanceof LogicalTypes.Uuid);
  }

  private static String lower(CharSequence text) {
    return text.toString().toLowerCase(Locale.ROOT);
  }

  /** DuckDB's text of earlier and later years is its own. */
  private static boolean hasFourDigits(LocalDate day) {
    return day.getYear() >= 1 && day.getYear() <= 9999;
  }

  private Optional<Object> value(byte[] bytes) {
    if (bytes.length < FRAME_BYTES || bytes[0] != 0) {
      return Optional.empty();
    }
    int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(bytes, FRAME_BYTES, bytes.length - FRAME_BYTES, null);
    try {
      Schema schema = schemas.apply(id);
      Object value = new GenericDatumReader<>(schema, schema, DATA).read(null, decoder);
      return decoder.isEnd() ? Optional.of(value) : Optional.empty();
    } catch (MillraceException | AvroRuntimeException | IOException e) {
      return Optional.empty();
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.empty(); // a number that is no time
    } catch (IndexOutOfBoundsException | UnsupportedOperationException e) {
      return Optional.empty(); // how Avro's reader meets bytes that are not of the schema
    }
  }

  /** Only text that cannot command a terminal. */
  private static Optional<String> text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.codePoints().allMatch(LetterBytes::isPlain)
          ? Optional.of("text: " + text.replaceAll("[\\r\\n\\t]+", " "))
          : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean isPlain(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL -> character == '\n' || character == '\r' || character == '\t';
      case Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
