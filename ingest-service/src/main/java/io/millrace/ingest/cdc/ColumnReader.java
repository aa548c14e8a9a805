package io.millrace.ingest.cdc;

import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Decimal;
import io.millrace.contracts.row.DataType.Simple;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * How a column of Debezium's row record is read.
 *
 * @param name of the column
 * @param type its type
 * @param field where it stands in the record
 */
record ColumnReader(String name, DataType type, Field field) {
  /** Stands for a value that the log does not hold. */
  enum Unavailable {
    VALUE
  }

  private static final String SOURCE_TYPE = "__debezium.source.column.type";
  private static final String SOURCE_LENGTH = "__debezium.source.column.length";
  private static final String SOURCE_SCALE = "__debezium.source.column.scale";

  /**
   * Reader of a record's field; null if a column of such a type is left out.
   *
   * @param leftOut columns that the catalog said to leave out, where a type's name says nothing
   */
  static @Nullable ColumnReader of(Field field, Set<String> leftOut) {
    DataType type = type(field.schema(), leftOut.contains(field.name()));
    return type == null ? null : new ColumnReader(field.name(), type, field);
  }

  private static @Nullable DataType type(Schema schema, boolean leftOut) {
    String logical = schema.name();
    if (logical != null) {
      return switch (logical) {
        case "io.debezium.data.Uuid", "io.debezium.data.Json", "io.debezium.data.Enum" ->
            Simple.VARCHAR;
        case "io.debezium.time.Date" -> Simple.DATE;
        case "io.debezium.time.MicroTime" -> Simple.TIME;
        case "io.debezium.time.MicroTimestamp" -> Simple.TIMESTAMP;
        case "io.debezium.time.ZonedTimestamp" -> Simple.TIMESTAMPTZ;
        default -> null;
      };
    }
    Map<String, String> parameters = schema.parameters() == null ? Map.of() : schema.parameters();
    String sourceType = parameters.getOrDefault(SOURCE_TYPE, "");
    DataType known =
        PostgresTypes.of(
            sourceType,
            // An unlimited numeric says 131089 here, or 0.
            Integer.parseInt(parameters.getOrDefault(SOURCE_LENGTH, "0")),
            PostgresTypes.signedScale(
                Integer.parseInt(parameters.getOrDefault(SOURCE_SCALE, "0"))));
    return known != null || leftOut
        ? known
        : PostgresTypes.ofDomain(sourceType, schema.type().getName());
  }

  /**
   * The value in the form that {@link io.millrace.ingest.SourceEvent.Change} says, or {@link
   * Unavailable}.
   *
   * @throws ArithmeticException for infinity and the like
   */
  @Nullable Object read(Struct row, String placeholder) {
    // The plain getter gives the column's default for NULL.
    Object value = row.getWithoutDefault(field.name());
    if (value == null) {
      return null;
    }
    return switch (type) {
      case Decimal decimal -> decimal((String) value, decimal);
      case DataType.Nested nested -> throw new IllegalStateException(nested.sql());
      case Simple simple ->
          switch (simple) {
            case BOOLEAN, BIGINT, FLOAT, DOUBLE, TIME -> value;
            case TINYINT, SMALLINT, INTEGER -> ((Number) value).intValue();
            case VARCHAR -> value.equals(placeholder) ? Unavailable.VALUE : value;
            case UUID -> UUID.fromString((String) value);
            case BLOB -> bytes(value, placeholder);
            case DATE -> day((Integer) value);
            case TIMESTAMP -> micros((Long) value);
            case TIMESTAMPTZ -> micros((String) value);
          };
    };
  }

  private static BigDecimal decimal(String text, Decimal decimal) {
    try {
      return new BigDecimal(text).setScale(decimal.scale());
    } catch (NumberFormatException e) {
      throw outside();
    }
  }

  private static Object bytes(Object value, String placeholder) {
    byte[] bytes;
    if (value instanceof ByteBuffer buffer) {
      bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
    } else {
      bytes = (byte[]) value;
    }
    return bytes.length == placeholder.length()
            && new String(bytes, StandardCharsets.UTF_8).equals(placeholder)
        ? Unavailable.VALUE
        : bytes;
  }

  private static Integer day(int day) {
    if (!ValueRange.holdsDay(day)) {
      throw outside();
    }
    return day;
  }

  private static Long micros(long micros) {
    if (!ValueRange.holdsMicros(micros)) {
      throw outside();
    }
    return micros;
  }

  private static Long micros(String text) {
    if (text.endsWith("infinity")) {
      throw outside();
    }
    return micros(ChronoUnit.MICROS.between(Instant.EPOCH, OffsetDateTime.parse(text).toInstant()));
  }

  private static ArithmeticException outside() {
    return new ArithmeticException("value out of range");
  }
}
