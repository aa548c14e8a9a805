package io.millrace.ingest.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns a JSON value into a column's value, in the form of {@code SourceEvent.Change}, without
 * guessing: numbers from JSON numbers of the type's range, decimals also from text, times from ISO
 * 8601 text (finer than a microsecond is cut off), bytes from base64, lists from arrays, structs
 * and maps from objects, text from text and from anything else as compact JSON.
 */
final class JsonValues {

  /** Longer texts are no decimal of 38 digits. */
  private static final int DECIMAL_TEXT_MAX = 100;

  private JsonValues() {}

  /**
   * The value of a JSON node that is neither missing nor null.
   *
   * @throws IllegalArgumentException when the value is not of the type
   */
  static Object convert(JsonNode node, DataType type) {
    try {
      return switch (type) {
        case Simple.BOOLEAN -> bool(node);
        case Simple.TINYINT -> (int) integral(node, Byte.MIN_VALUE, Byte.MAX_VALUE);
        case Simple.SMALLINT -> (int) integral(node, Short.MIN_VALUE, Short.MAX_VALUE);
        case Simple.INTEGER -> (int) integral(node, Integer.MIN_VALUE, Integer.MAX_VALUE);
        case Simple.BIGINT -> integral(node, Long.MIN_VALUE, Long.MAX_VALUE);
        case Simple.FLOAT -> single(node);
        case Simple.DOUBLE -> real(node);
        case Simple.VARCHAR -> node.isTextual() ? node.textValue() : node.toString();
        case Simple.BLOB -> Base64.getDecoder().decode(text(node));
        case Simple.DATE -> Math.toIntExact(LocalDate.parse(text(node)).toEpochDay());
        case Simple.TIME -> LocalTime.parse(text(node)).toNanoOfDay() / 1000;
        case Simple.TIMESTAMP -> micros(LocalDateTime.parse(text(node)).toInstant(ZoneOffset.UTC));
        case Simple.TIMESTAMPTZ -> micros(OffsetDateTime.parse(text(node)).toInstant());
        case Simple.UUID -> UUID.fromString(text(node));
        case DataType.Decimal decimal -> decimal(node, decimal);
        case DataType.ListOf(DataType element) -> list(node, element);
        case DataType.Struct struct -> struct(node, struct);
        case DataType.MapOf(DataType key, DataType value) -> map(node, key, value);
      };
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static @Nullable Object orNull(JsonNode node, DataType type) {
    return node.isNull() ? null : convert(node, type);
  }

  private static List<@Nullable Object> list(JsonNode node, DataType element) {
    require(node.isArray());
    List<@Nullable Object> values = new ArrayList<>();
    node.forEach(item -> values.add(orNull(item, element)));
    return values;
  }

  /** Fields that are not there are NULL, and what else is there is left out. */
  private static Map<String, @Nullable Object> struct(JsonNode node, DataType.Struct type) {
    require(node.isObject());
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (DataType.Struct.Field field : type.fields()) {
      JsonNode value = node.get(field.name());
      values.put(field.name(), value == null ? null : orNull(value, field.type()));
    }
    return values;
  }

  private static Map<Object, @Nullable Object> map(JsonNode node, DataType key, DataType value) {
    require(node.isObject() && key == Simple.VARCHAR);
    Map<Object, @Nullable Object> values = new LinkedHashMap<>();
    node.properties().forEach(e -> values.put(e.getKey(), orNull(e.getValue(), value)));
    return values;
  }

  private static boolean bool(JsonNode node) {
    require(node.isBoolean());
    return node.booleanValue();
  }

  private static String text(JsonNode node) {
    require(node.isTextual());
    return node.textValue();
  }

  private static long integral(JsonNode node, long min, long max) {
    require(node.isIntegralNumber());
    BigInteger number = node.bigIntegerValue();
    long value = number.longValueExact();
    require(value >= min && value <= max);
    return value;
  }

  private static double real(JsonNode node) {
    require(node.isNumber() && Double.isFinite(node.doubleValue()));
    return node.doubleValue();
  }

  private static float single(JsonNode node) {
    require(node.isNumber() && Float.isFinite(node.floatValue()));
    return node.floatValue();
  }

  private static BigDecimal decimal(JsonNode node, DataType.Decimal type) {
    require(node.isNumber() || (node.isTextual() && node.textValue().length() <= DECIMAL_TEXT_MAX));
    BigDecimal value = node.isNumber() ? node.decimalValue() : new BigDecimal(node.textValue());
    // Before any rescaling: an exponent such as 1e999999999 would be written out.
    long wholeDigits = value.signum() == 0 ? 0 : (long) value.precision() - value.scale();
    require(wholeDigits <= type.precision() - type.scale());
    if (value.signum() == 0) {
      return BigDecimal.ZERO.setScale(type.scale());
    }
    require(value.stripTrailingZeros().scale() <= type.scale());
    return value.setScale(type.scale());
  }

  private static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }

  private static void require(boolean fits) {
    if (!fits) {
      throw new IllegalArgumentException("the value is not of the type");
    }
  }
}
