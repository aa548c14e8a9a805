package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.row.DataType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The statistics of a data file, as JSON text of the log. */
final class FileStatistics {
  /** Reads numbers digit by digit: as a double, a bound of many digits would leave rows outside. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** Columns with statistics; readers do not look at later ones by default. */
  private static final int COLUMNS_MAX = 32;

  private FileStatistics() {}

  /**
   * The JSON text of a file's statistics.
   *
   * @param byName what is known of its columns, by their names in the file
   */
  static String json(
      long rows, List<TableLayout.Physical> columns, Map<String, ColumnStatistics> byName) {
    ObjectNode root = JSON.createObjectNode();
    root.put("numRecords", rows);
    ObjectNode min = root.putObject("minValues");
    ObjectNode max = root.putObject("maxValues");
    ObjectNode nulls = root.putObject("nullCount");
    for (TableLayout.Physical column : columns.stream().limit(COLUMNS_MAX).toList()) {
      ColumnStatistics values = byName.get(column.name());
      if (values == null || column.column().type() instanceof DataType.Nested) {
        continue;
      }
      if (values.nulls() >= 0) {
        nulls.put(column.name(), values.nulls());
      }
      if (values.least() != null) {
        min.set(column.name(), values.least());
        max.set(column.name(), values.greatest());
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
}
