package io.millrace.changelog.codec;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The query that turns a table's row changes into the shape that {@link ChangeEncoder} reads. */
public final class PairedChanges {
  private static final String BEFORE = "(\"_change_type\" IN ('update_preimage', 'delete'))";
  private static final String AFTER = "(\"_change_type\" IN ('update_postimage', 'insert'))";

  private PairedChanges() {}

  /**
   * Selects {@code _op} (c, u or d), the columns of the old row as {@code b_<name>} and those of
   * the new one as {@code a_<name>}; the side that a change does not have is NULL. The old and the
   * new row of a key become one u, also when they come as delete and insert; when a key has several
   * on a side, each is used once. Without a key, every old row is a d and every new one a c. The
   * order is left open.
   *
   * @param changes what stands behind FROM, read twice: the table's columns and {@code
   *     _change_type} as in Delta's change feed (insert, update_preimage, update_postimage, delete)
   * @param schema the table's columns and key
   */
  public static String sql(String changes, RowSchema schema) {
    return schema.key().isEmpty() ? alone(changes, schema) : paired(changes, schema);
  }

  private static String alone(String changes, RowSchema schema) {
    List<String> selected = new ArrayList<>();
    selected.add("CASE WHEN " + BEFORE + " THEN 'd' ELSE 'c' END AS \"_op\"");
    selected.addAll(
        columns(schema, "b_", name -> "CASE WHEN " + BEFORE + " THEN " + name + " END"));
    selected.addAll(columns(schema, "a_", name -> "CASE WHEN " + AFTER + " THEN " + name + " END"));
    return "SELECT " + String.join(", ", selected) + " FROM " + changes;
  }

  private static String paired(String changes, RowSchema schema) {
    List<String> selected = new ArrayList<>();
    selected.add(
        "CASE WHEN b.\"_n\" IS NULL THEN 'c' WHEN a.\"_n\" IS NULL THEN 'd' ELSE 'u' END AS"
            + " \"_op\"");
    selected.addAll(columns(schema, "b_", name -> "b." + name));
    selected.addAll(columns(schema, "a_", name -> "a." + name));
    List<String> same = new ArrayList<>(List.of("b.\"_n\" = a.\"_n\""));
    for (String key : schema.key()) {
      same.add("b." + quoted(key) + " IS NOT DISTINCT FROM a." + quoted(key));
    }
    return String.format(
        Locale.ROOT,
        "SELECT %s FROM (%s) AS b FULL JOIN (%s) AS a ON %s",
        String.join(", ", selected),
        numbered(changes, schema, BEFORE),
        numbered(changes, schema, AFTER),
        String.join(" AND ", same));
  }

  /** The rows of one side, numbered within their key, updates first. */
  private static String numbered(String changes, RowSchema schema, String side) {
    String key = String.join(", ", schema.key().stream().map(PairedChanges::quoted).toList());
    return String.format(
        Locale.ROOT,
        "SELECT *, row_number() OVER (PARTITION BY %s ORDER BY starts_with(\"_change_type\","
            + " 'update') DESC) AS \"_n\" FROM %s WHERE %s",
        key,
        changes,
        side);
  }

  private static List<String> columns(
      RowSchema schema, String prefix, UnaryOperator<String> source) {
    List<String> columns = new ArrayList<>();
    for (Column column : schema.columns()) {
      columns.add(
          String.format(
              Locale.ROOT,
              "CAST(%s AS %s) AS %s",
              source.apply(quoted(column.name())),
              column.type().sql(),
              quoted(prefix + column.name())));
    }
    return columns;
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
