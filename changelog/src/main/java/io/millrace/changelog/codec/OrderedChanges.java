package io.millrace.changelog.codec;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;

/**
 * The query that brings a table's row changes into the order that {@link ChangeEncoder} reads: the
 * rows of a key one after the other, old ones first, those of an update in the middle. Sorting is a
 * quarter of what it costs to join old rows with new ones.
 */
public final class OrderedChanges {
  /** {@code _place} of rows that are new in the table; lower ones, from 0 on, are old. */
  static final int NEW = 2;

  static final int PLACES = 4;

  private static final String PLACE =
      "CASE \"_change_type\" WHEN 'delete' THEN 0 WHEN 'update_preimage' THEN 1 WHEN"
          + " 'update_postimage' THEN 2 WHEN 'insert' THEN 3 END AS \"_place\"";

  private OrderedChanges() {}

  /**
   * Selects {@code _place} (0 to 3: delete, update_preimage, update_postimage, insert) and the
   * table's columns; without a key in any order.
   *
   * @param changes what stands behind FROM: the table's columns and {@code _change_type} as in
   *     Delta's change feed
   * @param schema the table's columns and key
   */
  public static String sql(String changes, RowSchema schema) {
    List<String> selected = new ArrayList<>(List.of(PLACE));
    for (Column column : schema.columns()) {
      String name = quoted(column.name());
      selected.add("CAST(" + name + " AS " + column.type().sql() + ") AS " + name);
    }
    return "SELECT " + String.join(", ", selected) + " FROM " + changes + order(schema);
  }

  private static String order(RowSchema schema) {
    if (schema.key().isEmpty()) {
      return "";
    }
    List<String> order = new ArrayList<>();
    schema.key().forEach(key -> order.add(quoted(key)));
    order.add("\"_place\"");
    return " ORDER BY " + String.join(", ", order);
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
