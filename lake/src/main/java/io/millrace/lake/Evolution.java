package io.millrace.lake;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.util.Map;
import java.util.Optional;

/**
 * The columns that a commit gives a table. A column continues the one of its old name when its type
 * is the same or holds all values of the old one: files stay as they are and its values are kept.
 * Any other column begins anew, NULL in the rows that the commit does not write.
 *
 * @param schema all columns and the key
 * @param renamed old names by new ones; a column that is not in it keeps its name
 */
public record Evolution(RowSchema schema, Map<String, String> renamed) {

  public Evolution {
    renamed = Map.copyOf(renamed);
  }

  /** Columns none of which is renamed. */
  public static Evolution to(RowSchema schema) {
    return new Evolution(schema, Map.of());
  }

  /** The column that this one continues; empty when it begins anew. */
  public Optional<Column> continued(RowSchema before, Column column) {
    return before
        .column(oldName(column.name()))
        .filter(old -> renamed.containsKey(column.name()) || !renamed.containsValue(old.name()))
        .filter(old ->
            old.type().equals(column.type()) || DeltaTypes.widens(old.type(), column.type()));
  }

  /** The name that a column had. */
  String oldName(String name) {
    return renamed.getOrDefault(name, name);
  }
}
