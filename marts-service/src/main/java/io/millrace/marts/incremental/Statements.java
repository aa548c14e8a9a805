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
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs the statements of a view and gives names to what they make. Temporary tables may be read
 * until {@link #dropTemporary}; small ones then stay until another takes their name, which is
 * cheaper than to drop them. One thread.
 */
final class Statements {
  private static final long LARGE_ROWS = 10_000;

  private final Connection duck;
  private final UnaryOperator<String> edit;
  private final List<String> temporary = new ArrayList<>();
  private final List<String> large = new ArrayList<>();
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
   * Executes a statement that makes or changes rows.
   *
   * @return how many
   * @throws TookTooLong when the limit passes before it ends
   */
  long run(String sql) {
    return limit.isEmpty() ? Sql.update(duck, edit.apply(sql)) : run(edit.apply(sql), limit.get());
  }

  private long run(String sql, Duration together) {
    long deadlineNanos = startedNanos + together.toNanos();
    long rows;
    try (Statement statement = duck.createStatement()) {
      statement.setQueryTimeout(secondsUntil(deadlineNanos));
      rows = statement.executeLargeUpdate(sql);
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
    return rows;
  }

  /** Rounded up, at least 1: JDBC knows no less. */
  private static int secondsUntil(long deadlineNanos) {
    long left = Math.max(0, deadlineNanos - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, 1 + left / 1_000_000_000);
  }

  /** Whether a relation, as it may stand in FROM, has a row of which a condition is true. */
  boolean any(String relation, String condition) {
    String sql =
        "SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT 1)".formatted(relation, condition);
    return Sql.number(duck, edit.apply(sql)) > 0;
  }

  /** Makes a temporary table of a query and gives its name. */
  String temporary(String query) {
    String name = "ivm_" + temporary.size();
    var _ = fill(name, query);
    return name;
  }

  /** As {@link #temporary}; empty if the query has no rows. */
  Optional<String> temporaryUnlessEmpty(String query) {
    String name = "ivm_" + temporary.size();
    return fill(name, query) == 0 ? Optional.empty() : Optional.of(name);
  }

  /**
   * Makes a consolidated Z-set of one that is not; gives its name, empty if nothing remains. The
   * two zeros of floating numbers are equal and stay apart, for what is computed from them differs.
   */
  Optional<String> consolidated(List<String> types, String query) {
    return temporaryUnlessEmpty(
        "SELECT %s, sum(_w)::BIGINT AS _w FROM %s GROUP BY %s HAVING sum(_w) <> 0"
            .formatted(
                Names.columns(types.size()),
                query.contains(" ") ? "(" + query + ")" : query,
                grouping(types)));
  }

  /** What stands behind GROUP BY to add up equal rows, the two zeros of floats apart. */
  static String grouping(List<String> types) {
    String signs =
        IntStream.range(0, types.size())
            .filter(i -> isFloat(types.get(i)))
            .mapToObj(i -> ", signbit(c" + i + ")")
            .collect(Collectors.joining());
    return signs.isEmpty() ? "ALL" : Names.columns(types.size()) + signs;
  }

  static boolean isFloat(String type) {
    return type.equals("DOUBLE") || type.equals("FLOAT");
  }

  private long fill(String name, String query) {
    long rows = run("CREATE OR REPLACE TEMP TABLE " + name + " AS " + query);
    temporary.add(name);
    if (rows >= LARGE_ROWS) {
      large.add(name);
    }
    return rows;
  }

  void dropTemporary() {
    large.forEach(name -> Sql.run(duck, "DROP TABLE IF EXISTS temp.main." + name));
    large.clear();
    temporary.clear();
  }
}
