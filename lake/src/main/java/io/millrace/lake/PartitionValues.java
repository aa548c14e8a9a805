package io.millrace.lake;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values that all rows of a data file have in the columns which partition its table, as the log
 * has them: text, or null for NULL.
 *
 * @param byName by the column's name in files
 */
record PartitionValues(Map<String, @Nullable String> byName) {
  /** Those of a file of a table without partitions. */
  static final PartitionValues NONE = new PartitionValues(Map.of());

  PartitionValues {
    Map<String, @Nullable String> values = new TreeMap<>();
    // Delta has no empty text here: it stands for NULL.
    byName.forEach(
        (name, value) -> values.put(name, value == null || value.isEmpty() ? null : value));
    byName = Collections.unmodifiableMap(values);
  }

  /** Those of an action of the log. */
  static PartitionValues of(JsonNode values) {
    Map<String, @Nullable String> byName = new HashMap<>();
    values
        .properties()
        .forEach(v -> byName.put(v.getKey(), v.getValue().isNull() ? null : v.getValue().asText()));
    return byName.isEmpty() ? NONE : new PartitionValues(byName);
  }

  /**
   * Those of a file that DuckDB wrote.
   *
   * @param keys its map of them
   * @throws MillraceException LK-013 for the empty text
   */
  static PartitionValues written(TableLayout layout, @Nullable Object keys) {
    if (layout.partitionBy().isEmpty() || !(keys instanceof Map<?, ?> map)) {
      return NONE;
    }
    Map<String, @Nullable String> byName = new HashMap<>();
    for (TableLayout.Physical partition : layout.partitions()) {
      Object value = map.get(partition.name());
      if ("".equals(value)) {
        throw new MillraceException(
            LakeError.LK_013_TYPE_NOT_STORABLE,
            "column "
                + partition.column().name()
                + " partitions its table and has the empty text in a row, which Delta would read as"
                + " NULL. Write NULL, or partition by another column.");
      }
      byName.put(partition.name(), value == null ? null : value.toString());
    }
    return new PartitionValues(byName);
  }

  /**
   * A column to partition by.
   *
   * @throws MillraceException LK-013 when it cannot be one
   */
  static Column requirePartition(RowSchema schema, String name) {
    return schema
        .column(name)
        .filter(c -> c.type().partitions() && schema.columns().size() > 1)
        .orElseThrow(() ->
            new MillraceException(
                LakeError.LK_013_TYPE_NOT_STORABLE,
                "a table cannot be partitioned by "
                    + name
                    + ". It takes one of several columns, of type BOOLEAN, VARCHAR, DATE or an"
                    + " integer."));
  }

  /** The column of a scan of files, whose numbers are {@code file_index}, with these values. */
  static String column(TableLayout.Physical partition, List<PartitionValues> ofFiles) {
    String values =
        ofFiles.stream()
            .map(v -> v.byName().get(partition.name()))
            .map(v -> v == null ? "NULL" : Sql.text(v))
            .collect(Collectors.joining(", "));
    return Text.of(
        "([%s]::VARCHAR[])[file_index::BIGINT + 1]::%s AS %s",
        values, partition.column().type().sql(), Sql.name(partition.name()));
  }
}
