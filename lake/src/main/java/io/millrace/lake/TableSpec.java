package io.millrace.lake;

import io.millrace.contracts.row.RowSchema;
import java.util.List;
import java.util.Map;

/**
 * What a new table is made of.
 *
 * @param schema its columns and key
 * @param partitionBy columns by whose values its files are kept apart; not to be dropped or changed
 * @param properties further table properties, kept as they are; none may begin with "delta."
 */
public record TableSpec(
    RowSchema schema, List<String> partitionBy, Map<String, String> properties) {

  public TableSpec {
    partitionBy = List.copyOf(partitionBy);
    properties = Map.copyOf(properties);
  }

  /** A table without further properties. */
  public static TableSpec of(RowSchema schema) {
    return new TableSpec(schema, List.of(), Map.of());
  }

  /** A table in partitions. */
  public TableSpec partitionedBy(List<String> columns) {
    return new TableSpec(schema, columns, properties);
  }
}
