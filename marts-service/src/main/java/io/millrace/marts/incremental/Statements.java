package io.millrace.marts.incremental;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Runs the statements of a view and gives names to what they make. Temporary tables live until
 * {@link #dropTemporary}. One thread.
 */
final class Statements {
  private final Connection duck;
  private final UnaryOperator<String> edit;
  private final List<String> temporary = new ArrayList<>();
  private Optional<Duration> limit = Optional.empty();
  private long startedNanos;

  /**
   * For one connection.
   *
   * @param edit applied to each statement; tests plant bugs with it
   */
  Statements(Connection duck, UnaryOperator<String> edit) {
    this.duck = duck;
    this.edit = edit;
  }

  /** From now on, statements together may take so long; empty for any time. */
  void limit(Optional<Duration> together) {
    limit = together;
    startedNanos = System.nanoTime();
  }

  /**
   * Executes a statement.
   *
   * @throws TookTooLong when the limit passes before it ends
   */
  void run(String sql) {
    if (limit.isEmpty()) {
      Sql.run(duck, edit.apply(sql));
    } else {
      run(edit.apply(sql), limit.get());
    }
  }

  private void run(String sql, Duration together) {
    long deadlineNanos = startedNanos + together.toNanos();
    try (Statement statement = duck.createStatement()) {
      statement.setQueryTimeout(secondsUntil(deadlineNanos));
      statement.execute(sql);
    } catch (SQLException e) {
      if (System.nanoTime() >= deadlineNanos) {
        throw new TookTooLong(sql, e);
      }
      throw new MillraceException(
          LakeError.LK_004_STATEMENT_FAILED,
          "DuckDB did not carry changes through. The cause says why; the query is run as a whole.",
          e);
    }
    if (System.nanoTime() >= deadlineNanos) {
      throw new TookTooLong(sql, new TimeoutException());
    }
  }

  /** Rounded up, at least 1: JDBC knows no less. */
  private static int secondsUntil(long deadlineNanos) {
    long left = Math.max(0, deadlineNanos - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, 1 + left / 1_000_000_000);
  }

  long number(String sql) {
    return Sql.number(duck, edit.apply(sql));
  }

  /** Makes a temporary table of a query and gives its name. */
  String temporary(String query) {
    String name = "ivm_" + temporary.size();
    run("CREATE OR REPLACE TEMP TABLE " + name + " AS " + query);
    temporary.add(name);
    return name;
  }

  /** Makes a consolidated Z-set of one that is not; gives its name, empty if nothing remains. */
  Optional<String> consolidated(int width, String query) {
    String name =
        temporary(
            "SELECT %s, sum(_w)::BIGINT AS _w FROM %s GROUP BY ALL HAVING sum(_w) <> 0"
                .formatted(Names.columns(width), query.contains(" ") ? "(" + query + ")" : query));
    return number("SELECT count(*) FROM " + name) == 0 ? Optional.empty() : Optional.of(name);
  }

  void dropTemporary() {
    temporary.forEach(name -> Sql.run(duck, "DROP TABLE IF EXISTS temp.main." + name));
    temporary.clear();
  }
}
