package io.millrace.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.contracts.row.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * What a data file's statistics tell of a column. Readers skip files by it, so a bound is left out
 * rather than guessed: of a column with NaN or infinity, of text cut in a way we cannot follow, of
 * years that four digits do not hold. Both bounds are there, or neither.
 *
 * @param nulls how many values are NULL; -1 when that is not known
 * @param least as the log holds it
 */
record ColumnStatistics(long nulls, @Nullable JsonNode least, @Nullable JsonNode greatest) {
  static final ColumnStatistics UNKNOWN = new ColumnStatistics(-1, null, null);

  private static final JsonNodeFactory JSON = FileStatistics.JSON.getNodeFactory();
  private static final int TEXT_CHARS_MAX = 32;

  /** The character that sorts after all others. */
  private static final String LAST = "\uDBFF\uDFFF";

  private static final DateTimeFormatter DUCK =
      DateTimeFormatter.ofPattern(
          "uuuu-MM-dd HH:mm:ss[.SSSSSS][.SSSSS][.SSSS][.SSS][.SS][.S][X]", Locale.ROOT);
  private static final DateTimeFormatter DELTA =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT);

  ColumnStatistics {
    if (least == null || greatest == null) {
      least = null;
      greatest = null;
    }
  }

  /**
   * Of a file that DuckDB wrote.
   *
   * @param values what its COPY returns of the column, by name of what it tells
   */
  static ColumnStatistics ofCopy(DataType type, Map<String, String> values) {
    String nullCount = values.get("null_count");
    long nulls = nullCount == null ? -1 : Long.parseLong(nullCount);
    return Boolean.parseBoolean(values.get("has_nan"))
        ? new ColumnStatistics(nulls, null, null)
        : new ColumnStatistics(
            nulls, ofText(type, values.get("min"), false), ofText(type, values.get("max"), true));
  }

  /** Of a file that parquet-java wrote. */
  static ColumnStatistics ofParquet(DataType type, Statistics<?> values) {
    return values.hasNonNullValue()
        ? new ColumnStatistics(
            values.getNumNulls(),
            ofValue(type, values.genericGetMin(), false),
            ofValue(type, values.genericGetMax(), true))
        : new ColumnStatistics(values.getNumNulls(), null, null);
  }

  private static @Nullable JsonNode ofText(DataType type, @Nullable String value, boolean upper) {
    if (value == null) {
      return null;
    }
    try {
      return switch (type) {
        case DataType.Nested _ -> null;
        case DataType.Decimal _ -> JSON.numberNode(new BigDecimal(value));
        case DataType.Simple simple ->
            switch (simple) {
              case TINYINT, SMALLINT, INTEGER, BIGINT -> JSON.numberNode(Long.parseLong(value));
              case FLOAT -> finite(Float.parseFloat(value), upper);
              case DOUBLE -> finite(Double.parseDouble(value), upper);
              case VARCHAR, UUID -> text(value, upper);
              case DATE -> date(LocalDate.parse(value));
              case TIMESTAMP -> instant(LocalDateTime.parse(value, DUCK), "", upper);
              case TIMESTAMPTZ ->
                  instant(
                      OffsetDateTime.parse(value, DUCK)
                          .withOffsetSameInstant(ZoneOffset.UTC)
                          .toLocalDateTime(),
                      "Z",
                      upper);
              case BOOLEAN, BLOB, TIME -> null;
            };
      };
    } catch (NumberFormatException | DateTimeException e) {
      return null; // a text that does not parse has no bound
    }
  }

  private static @Nullable JsonNode ofValue(DataType type, Object value, boolean upper) {
    return switch (type) {
      case DataType.Nested _ -> null;
      case DataType.Decimal(int _, int scale) ->
          JSON.numberNode(
              new BigDecimal(
                  value instanceof Binary bytes
                      ? new BigInteger(bytes.getBytes())
                      : BigInteger.valueOf(((Number) value).longValue()),
                  scale));
      case DataType.Simple simple ->
          switch (simple) {
            case TINYINT, SMALLINT, INTEGER, BIGINT ->
                JSON.numberNode(((Number) value).longValue());
            case FLOAT, DOUBLE -> finite(((Number) value).doubleValue(), upper);
            case VARCHAR, UUID -> text(((Binary) value).toStringUsingUTF8(), upper);
            case DATE -> date(LocalDate.ofEpochDay(((Number) value).longValue()));
            case TIMESTAMP -> instant(ofMicros((Long) value), "", upper);
            case TIMESTAMPTZ -> instant(ofMicros((Long) value), "Z", upper);
            case BOOLEAN, BLOB, TIME -> null;
          };
    };
  }

  private static LocalDateTime ofMicros(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L),
        (int) Math.floorMod(micros, 1_000_000L) * 1_000,
        ZoneOffset.UTC);
  }

  /**
   * With all digits of a FLOAT: the shortest text means another number where it is read wider. Both
   * zeros lie within the bounds, as Parquet's format asks: readers differ in which is the less.
   */
  private static @Nullable JsonNode finite(double number, boolean upper) {
    if (!Double.isFinite(number)) {
      return null;
    }
    return JSON.numberNode(number == 0 ? (upper ? 0.0 : -0.0) : number);
  }

  private static @Nullable JsonNode date(LocalDate date) {
    return fourDigits(date.getYear()) ? JSON.textNode(date.toString()) : null;
  }

  /** Bounds are read to the millisecond, so the upper one is rounded up. */
  private static @Nullable JsonNode instant(LocalDateTime time, String zone, boolean upper) {
    LocalDateTime millis = time.truncatedTo(ChronoUnit.MILLIS);
    if (upper && millis.isBefore(time)) {
      millis = millis.plus(1, ChronoUnit.MILLIS);
    }
    return fourDigits(millis.getYear()) ? JSON.textNode(DELTA.format(millis) + zone) : null;
  }

  private static boolean fourDigits(int year) {
    return year >= 1 && year <= 9999;
  }

  private static @Nullable JsonNode text(String value, boolean upper) {
    if (value.codePointCount(0, value.length()) <= TEXT_CHARS_MAX) {
      return JSON.textNode(value);
    }
    int end = value.offsetByCodePoints(0, TEXT_CHARS_MAX);
    String start = value.substring(0, end);
    if (!upper) {
      return JSON.textNode(start);
    }
    return value.startsWith(LAST, end) ? null : JSON.textNode(start + LAST);
  }
}
