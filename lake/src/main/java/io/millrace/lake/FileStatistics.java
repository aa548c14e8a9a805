package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.row.DataType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of a data file as the log holds them, made from what DuckDB's COPY returns.
 * Readers skip files by them, so a bound is left out rather than guessed: of a column with NaN or
 * infinity, of text cut in a way we cannot follow, of years that four digits do not hold.
 */
final class FileStatistics {
  /** Reads numbers digit by digit: as a double, a bound of many digits would leave rows outside. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** Columns with statistics; readers do not look at later ones by default. */
  private static final int COLUMNS_MAX = 32;

  private static final int TEXT_CHARS_MAX = 32;

  /** Sorts after any character that can follow. */
  private static final String AFTER_ALL = "\uDBFF\uDFFF";

  private static final DateTimeFormatter DUCK =
      DateTimeFormatter.ofPattern(
          "uuuu-MM-dd HH:mm:ss[.SSSSSS][.SSSSS][.SSSS][.SSS][.SS][.S][X]", Locale.ROOT);
  private static final DateTimeFormatter DELTA =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT);

  private FileStatistics() {}

  /**
   * The JSON text of a file's statistics.
   *
   * @param byColumn DuckDB's column_statistics, by quoted physical name
   */
  static String json(
      long rows,
      List<TableLayout.Physical> columns,
      Map<String, ? extends Map<String, String>> byColumn) {
    ObjectNode root = JSON.createObjectNode();
    root.put("numRecords", rows);
    ObjectNode min = root.putObject("minValues");
    ObjectNode max = root.putObject("maxValues");
    ObjectNode nulls = root.putObject("nullCount");
    for (TableLayout.Physical column : columns.stream().limit(COLUMNS_MAX).toList()) {
      Map<String, String> values = byColumn.get(Sql.name(column.name()));
      if (values == null || column.column().type() instanceof DataType.Nested) {
        continue;
      }
      Optional.ofNullable(values.get("null_count"))
          .ifPresent(n -> nulls.put(column.name(), Long.parseLong(n)));
      if (Boolean.parseBoolean(values.get("has_nan"))) {
        continue;
      }
      DataType type = column.column().type();
      JsonNode least = bound(type, values.get("min"), false);
      JsonNode greatest = bound(type, values.get("max"), true);
      if (least != null && greatest != null) {
        min.set(column.name(), least);
        max.set(column.name(), greatest);
      }
    }
    root.put("tightBounds", true);
    return root.toString();
  }

  /** The same statistics for a file some of whose rows are dead. */
  static String loose(String json) {
    try {
      return JSON.readTree(json) instanceof ObjectNode root
          ? root.put("tightBounds", false).toString()
          : json;
    } catch (JsonProcessingException e) {
      return json;
    }
  }

  /** The number of rows in the file, dead ones included; -1 when the statistics do not tell. */
  static long rows(@Nullable String json) {
    try {
      return json == null ? -1 : JSON.readTree(json).path("numRecords").asLong(-1);
    } catch (JsonProcessingException e) {
      return -1;
    }
  }

  private static @Nullable JsonNode bound(DataType type, @Nullable String value, boolean upper) {
    if (value == null) {
      return null;
    }
    try {
      return switch (type) {
        case DataType.Nested _ -> null;
        case DataType.Decimal _ -> JSON.getNodeFactory().numberNode(new BigDecimal(value));
        case DataType.Simple simple ->
            switch (simple) {
              case TINYINT, SMALLINT, INTEGER, BIGINT ->
                  JSON.getNodeFactory().numberNode(Long.parseLong(value));
              case FLOAT -> finite(Float.parseFloat(value));
              case DOUBLE -> finite(Double.parseDouble(value));
              case VARCHAR, UUID -> JSON.getNodeFactory().textNode(cut(value, upper));
              case DATE -> JSON.getNodeFactory().textNode(LocalDate.parse(value).toString());
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
    } catch (RuntimeException e) {
      return null; // a text that does not parse has no bound
    }
  }

  /** With all digits of a FLOAT: the shortest text means another number where it is read wider. */
  private static @Nullable JsonNode finite(double number) {
    return Double.isFinite(number) ? JSON.getNodeFactory().numberNode(number) : null;
  }

  /** Bounds are read to the millisecond, so the upper one is rounded up. */
  private static @Nullable JsonNode instant(LocalDateTime time, String zone, boolean upper) {
    LocalDateTime millis = time.truncatedTo(ChronoUnit.MILLIS);
    if (upper && millis.isBefore(time)) {
      millis = millis.plus(1, ChronoUnit.MILLIS);
    }
    return millis.getYear() < 1 || millis.getYear() > 9999
        ? null
        : JSON.getNodeFactory().textNode(DELTA.format(millis) + zone);
  }

  private static String cut(String value, boolean upper) {
    if (value.codePointCount(0, value.length()) <= TEXT_CHARS_MAX) {
      return value;
    }
    String start = value.substring(0, value.offsetByCodePoints(0, TEXT_CHARS_MAX));
    return upper ? start + AFTER_ALL : start;
  }
}
