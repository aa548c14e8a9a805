package io.millrace.marts.refresh;

import io.millrace.contracts.row.Column;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.marts.incremental.Inconsistent;
import io.millrace.marts.incremental.View;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes row changes of a table of how its query's rows changed: by its key, or, of a bag, by the
 * weights alone; where floating numbers may differ by a trifle, by comparing the rows.
 *
 * @param view the query's rows
 */
record ResultChanges(Connection duck, Target target, View view) {
  private static final String WANTED = "mart_changed_rows";
  private static final String KEYS = "mart_changed_keys";
  private static final String CHANGES = "mart_changes";

  /**
   * The row changes; only rows that the Z-set names are looked at in the table.
   *
   * @param delta name of a consolidated Z-set, columns c0, c1 ... and {@code _w}
   * @throws Inconsistent when the table does not hold what state says of it
   */
  RowDiff.Changes of(String delta) {
    RowDiff diff = target.diff().get();
    List<String> names = target.definition().schema().names();
    String columns =
        IntStream.range(0, names.size())
            .mapToObj(i -> "c" + i + " AS " + Sql.name(names.get(i)))
            .collect(Collectors.joining(", "));
    if (!target.definition().schema().key().isEmpty()) {
      return byKey(diff, delta, columns);
    }
    return floats() || !diff.before().equals(diff.after())
        ? byRow(diff, delta, columns)
        : diff.weighed(
                duck,
                CHANGES,
                target.relation().get(),
                "(SELECT %s, _w FROM %s)".formatted(columns, delta))
            .orElseThrow(() -> new Inconsistent(target.definition().name().toString()));
  }

  private RowDiff.Changes byKey(RowDiff diff, String delta, String columns) {
    List<String> key = target.definition().schema().key();
    RowDiff.Changes found =
        diff.into(
            duck,
            CHANGES,
            target.relation().get(),
            "(SELECT %s FROM %s WHERE _w > 0)".formatted(columns, delta),
            new RowDiff.Scope("(SELECT %s FROM %s)".formatted(columns, delta), key));
    requireGrain(delta, found);
    return found;
  }

  /** Of a bag, so that rows which differ by a trifle stay. */
  private RowDiff.Changes byRow(RowDiff diff, String delta, String columns) {
    List<String> names = target.definition().schema().names();
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT DISTINCT %s FROM (SELECT %s FROM %s)"
            .formatted(KEYS, Sql.names(names), columns, delta));
    Sql.run(
        duck, "CREATE OR REPLACE TEMP TABLE %s AS %s".formatted(WANTED, counted(columns, delta)));
    return isShort()
        ? wholeBag(columns)
        : diff.into(
            duck,
            CHANGES,
            target.relation().get(),
            "(FROM %s, range(_w))".formatted(WANTED),
            new RowDiff.Scope(KEYS, names));
  }

  /**
   * A row that comes twice, or to a key which keeps its own, looks like one that comes or an
   * update, but the weights say that there is one row more. The whole query then names the doubled
   * keys.
   */
  private void requireGrain(String delta, RowDiff.Changes found) {
    long more = Sql.number(duck, "SELECT coalesce(sum(_w), 0)::BIGINT FROM " + delta);
    if (more != found.inserts() - found.deletes()) {
      throw new Inconsistent(target.definition().name().toString());
    }
  }

  /** Of a bag, how many copies remain of each row that changed. */
  private String counted(String columns, String delta) {
    String same =
        target.definition().schema().names().stream()
            .map(n -> "m.%1$s IS NOT DISTINCT FROM s.%1$s".formatted(Sql.name(n)))
            .collect(Collectors.joining(" AND "));
    return "SELECT %1$s, sum(_w)::BIGINT AS _w FROM (SELECT %2$s, _w FROM %3$s UNION ALL SELECT %1$s, 1 FROM %4$s m SEMI JOIN %5$s s ON %6$s) GROUP BY ALL"
        .formatted(
            Sql.names(target.definition().schema().names()),
            columns,
            delta,
            target.relation().get(),
            KEYS,
            same);
  }

  private boolean floats() {
    return target.definition().schema().columns().stream().anyMatch(Column::isFloating);
  }

  /** Whether a row of a bag went that the table has not. */
  private boolean isShort() {
    return Sql.number(duck, "SELECT count(*) FROM %s WHERE _w < 0".formatted(WANTED)) > 0;
  }

  /**
   * All of a bag from state. A sum of floating numbers may stand in the table with other last
   * digits than in state, so that the row which went is not found by its values.
   */
  private RowDiff.Changes wholeBag(String columns) {
    if (!floats()) {
      throw new Inconsistent(target.definition().name().toString());
    }
    return target
        .diff()
        .get()
        .into(
            duck,
            CHANGES,
            target.relation().get(),
            "(SELECT %s FROM (%s))".formatted(columns, view.query()));
  }
}
