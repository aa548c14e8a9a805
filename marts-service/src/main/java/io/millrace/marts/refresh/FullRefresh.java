package io.millrace.marts.refresh;

import io.millrace.contracts.error.MartsError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * FULL: runs the whole query and compares its result with the table's rows. Right for every query;
 * what it writes is only what changed.
 */
public final class FullRefresh implements Refresh {
  /** The temporary table of the result that was computed last. */
  static final String WANTED = "mart_wanted";

  private static final String CHANGES = "mart_changes";

  private final Connection duck;
  private final Target target;
  private final String reason;

  /**
   * For one table.
   *
   * @param reason the code of why it is computed as a whole
   */
  public FullRefresh(Connection duck, Target target, String reason) {
    this.duck = duck;
    this.target = target;
    this.reason = reason;
  }

  @Override
  public Outcome refresh(Task task) {
    long started = System.nanoTime();
    RowDiff.Changes changes = changes(task);
    return new Outcome(changes, Costs.FULL, reason, Map.of(), (System.nanoTime() - started) / 1e6);
  }

  @Override
  public Audit audit(Task task) {
    long started = System.nanoTime();
    RowDiff.Changes found = changes(task);
    return new Audit(
        found.inserts() + found.updates() + found.deletes(),
        Duration.ofNanos(System.nanoTime() - started));
  }

  /** Runs the query, whose result stays in {@link #WANTED}, and compares. */
  RowDiff.Changes changes(Task task) {
    try {
      Sql.run(
          duck,
          "CREATE OR REPLACE TEMP TABLE "
              + WANTED
              + " AS "
              + target.definition().query(task.relation(), Optional.of(task.at())));
    } catch (MillraceException e) {
      throw new MillraceException(
          MartsError.MRT_001_QUERY_FAILED,
          "the query of "
              + target.definition().name()
              + " failed at cut "
              + task.cut()
              + ". The cause says why; it is tried again at a later cut.",
          e);
    }
    return target.diff().get().into(duck, CHANGES, target.relation().get(), WANTED);
  }
}
