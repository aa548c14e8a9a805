package io.millrace.marts.refresh;

import io.millrace.contracts.TableName;
import io.millrace.lake.RowDiff;
import java.time.Instant;
import java.util.Set;
import java.util.function.Function;

/**
 * A way to bring a dynamic table to a cut. Whatever the way, it ends in the output's row changes,
 * so that every table has them and can feed the next.
 */
public interface Refresh {

  /** What history and metrics call it. */
  String strategy();

  /** The changes that make the table equal to its query at the cut. */
  RowDiff.Changes changes(Task task);

  /**
   * What a refresh is given.
   *
   * @param cut the cut that all inputs show
   * @param at the log's time of that cut, which is what {@code now()} means
   * @param changed the inputs that have changed since the table's last refresh
   * @param relation for each input, what stands in FROM for its rows at the cut
   */
  record Task(long cut, Instant at, Set<TableName> changed, Function<TableName, String> relation) {}
}
