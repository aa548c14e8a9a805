package io.millrace.lake;

import io.millrace.contracts.row.RowSchema;
import java.util.Map;

/**
 * What a new table is made of.
 *
 * @param schema its columns and key
 * @param properties further table properties, kept as they are; none may begin with "delta."
 */
public record TableSpec(RowSchema schema, Map<String, String> properties) {

  public TableSpec {
    properties = Map.copyOf(properties);
  }

  /** A table without further properties. */
  public static TableSpec of(RowSchema schema) {
    return new TableSpec(schema, Map.of());
  }
}
