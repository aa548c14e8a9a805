package io.millrace.marts.fact;

import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.DynamicTable.Lookup;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Facts that point to another member or version than before. */
public final class Repointing {
  private Repointing() {}

  /**
   * Counts the rows among a refresh's changes whose lookup gives another key than it gave.
   *
   * @param changes as {@link RowDiff} gives them
   */
  public static long count(Connection duck, DynamicTable table, RowDiff.Changes changes) {
    List<String> roles =
        table.lookups().stream().map(Lookup::column).flatMap(Optional::stream).distinct().toList();
    List<String> key = table.schema().key();
    if (changes.updates() == 0 || roles.isEmpty() || key.isEmpty()) {
      return 0;
    }
    return Sql.number(
        duck,
        """
        SELECT count(*) FROM %1$s AS o JOIN %1$s AS n
          ON o._change_type = 'update_preimage' AND n._change_type = 'update_postimage' AND %2$s
        WHERE %3$s
        """
            .formatted(
                changes.relation(),
                each(key, "o.%1$s IS NOT DISTINCT FROM n.%1$s", " AND "),
                each(roles, "o.%1$s IS DISTINCT FROM n.%1$s", " OR ")));
  }

  private static String each(List<String> columns, String text, String between) {
    return columns.stream()
        .map(c -> text.replace("%1$s", Sql.name(c)))
        .collect(Collectors.joining(between));
  }
}
