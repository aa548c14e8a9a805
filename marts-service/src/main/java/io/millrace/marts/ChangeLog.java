package io.millrace.marts;

import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import java.sql.Connection;
import java.util.Collection;
import java.util.TreeSet;

/**
 * The row changes of one input by cut, as a table in local DuckDB: the input's columns, {@code
 * _weight} and {@code _cut}. It is whole from a cut on; what came before is not told.
 */
final class ChangeLog {
  /** Beyond so many rows, a reader that is behind is computed as a whole rather than waited for. */
  static final long ROWS_KEPT = 1_000_000;

  private final Connection duck;
  private final String table;
  private final RowSchema schema;
  private long wholeAfter;

  /**
   * An empty log.
   *
   * @param table its name as SQL text, quoted; replaced if it is there
   */
  ChangeLog(Connection duck, String table, RowSchema schema) {
    this.duck = duck;
    this.table = table;
    this.schema = schema;
    begin(Long.MAX_VALUE);
  }

  /** Forgets all: changes after this cut will follow, earlier ones are unknown. */
  void begin(long cut) {
    StringBuilder columns = new StringBuilder();
    schema
        .columns()
        .forEach(c ->
            columns.append(Sql.name(c.name())).append(' ').append(c.type().sql()).append(", "));
    Sql.run(
        duck,
        "CREATE OR REPLACE TABLE %s (%s_weight BIGINT, _cut BIGINT)".formatted(table, columns));
    wholeAfter = cut;
  }

  /** Adds changes of a cut: a relation with the input's columns and {@code _weight}. */
  void add(String changes, long cut) {
    if (wholeAfter != Long.MAX_VALUE) {
      Sql.run(
          duck,
          "INSERT INTO %s SELECT %s, _weight, %d FROM %s"
              .formatted(table, Sql.names(schema.names()), cut, changes));
    }
  }

  /** Whether all changes after this cut are there. */
  boolean coversAfter(long cut) {
    return cut >= wholeAfter;
  }

  /** What stands in FROM for the net changes after one cut and up to another. */
  String between(long after, long to) {
    return "(SELECT %s, sum(_weight)::BIGINT AS _weight FROM %s WHERE _cut > %d AND _cut <= %d GROUP BY ALL HAVING sum(_weight) <> 0)"
        .formatted(Sql.names(schema.names()), table, after, to);
  }

  /** How many rows it has. */
  long rows() {
    return Sql.number(duck, "SELECT count(*) FROM " + table);
  }

  /**
   * Lets go of changes that all readers have taken; of a log longer than the limit also of those
   * that only the ones furthest behind have not, in the end of all: they are computed as a whole.
   *
   * @param readers the cuts that they have reached
   * @param cut the newest
   * @param rowsKept the limit
   */
  void forget(Collection<Long> readers, long cut, long rowsKept) {
    TreeSet<Long> steps = new TreeSet<>(readers);
    steps.add(cut);
    for (long step : steps) {
      forgetThrough(step);
      if (rows() <= rowsKept) {
        return;
      }
    }
  }

  private void forgetThrough(long cut) {
    if (rows() > 0) {
      Sql.run(duck, "DELETE FROM %s WHERE _cut <= %d".formatted(table, cut));
    }
    if (wholeAfter != Long.MAX_VALUE) {
      wholeAfter = Math.max(wholeAfter, cut);
    }
  }
}
