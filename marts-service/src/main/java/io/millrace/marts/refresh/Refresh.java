package io.millrace.marts.refresh;

import io.millrace.contracts.TableName;
import io.millrace.lake.RowDiff;
import io.millrace.warehouse.DynamicTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A way to bring a dynamic table to a cut. Whatever the way, it ends in the output's row changes,
 * so that every table has them and can feed the next.
 */
public interface Refresh {

  /** The changes that make the table equal to its query at the cut, and how they were found. */
  Outcome refresh(Task task);

  /** The rows were committed, or there was nothing to commit. */
  default void committed() {}

  /** Something failed after {@link #refresh}: state may be ahead of the table. */
  default void failed() {}

  /** Other properties of the statement count from now on; not whether its mode is FULL. */
  default void alter(DynamicTable altered) {}

  /** The table is no longer kept here: what DuckDB holds for its refreshes is dropped. */
  default void drop() {}

  /**
   * Runs the whole query and compares it with the table's rows, which must show the task's cut.
   * What made rows that differ is not used again.
   *
   * @return the rows that differ, and how long it took
   */
  Audit audit(Task task);

  /**
   * Whether the query gives the same rows again, but for the last digits of floating numbers, so
   * that an {@link #audit} says something.
   */
  boolean repeats();

  /** What an {@link #audit} would take, by the last run of the whole query; empty before one. */
  Optional<Duration> auditTakes();

  /**
   * What an audit found.
   *
   * @param differing rows that are not as the query says, 0 if the table is right
   * @param took for how long nothing else could be done
   */
  record Audit(long differing, Duration took) {}

  /**
   * What came of a refresh.
   *
   * @param strategy what history and metrics call it
   * @param reason the code of why that
   * @param predicted what each strategy was thought to take, in milliseconds; empty where nothing
   *     was known
   * @param millis what finding the changes took, without the commit
   */
  record Outcome(
      RowDiff.Changes changes,
      String strategy,
      String reason,
      Map<String, Double> predicted,
      double millis) {}

  /**
   * What a refresh is given.
   *
   * @param cut the cut that all inputs show
   * @param at the log's time of that cut, which is what {@code now()} means
   * @param changed the inputs that have changed since the table's last refresh
   * @param relation for each input, what stands in FROM for its rows at the cut
   * @param changes for each input, what stands in FROM for its net changes since the table's last
   *     refresh, its columns and {@code _weight}; empty where they are not known
   */
  record Task(
      long cut,
      Instant at,
      Set<TableName> changed,
      Function<TableName, String> relation,
      Function<TableName, Optional<String>> changes) {}
}
