package io.millrace.marts.refresh;

import io.millrace.contracts.error.MartsError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.DynamicTable;
import java.sql.Connection;
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
  private final DynamicTable definition;
  private final WrittenTable table;
  private final String reason;

  /**
   * For one table.
   *
   * @param reason the code of why it is computed as a whole
   */
  public FullRefresh(Connection duck, DynamicTable definition, WrittenTable table, String reason) {
    this.duck = duck;
    this.definition = definition;
    this.table = table;
    this.reason = reason;
  }

  @Override
  public Outcome refresh(Task task) {
    return new Outcome(changes(task), "FULL", reason, Map.of());
  }

  /** Runs the query, whose result stays in {@link #WANTED}, and compares. */
  RowDiff.Changes changes(Task task) {
    try {
      Sql.run(
          duck,
          "CREATE OR REPLACE TEMP TABLE "
              + WANTED
              + " AS "
              + definition.query(task.relation(), Optional.of(task.at())));
    } catch (MillraceException e) {
      throw new MillraceException(
          MartsError.MRT_001_QUERY_FAILED,
          "the query of "
              + table.name()
              + " failed at cut "
              + task.cut()
              + ". The cause says why; it is tried again at a later cut.",
          e);
    }
    return table
        .diff(definition.schema().key())
        .into(duck, CHANGES, table.mirror().relation(), WANTED);
  }
}
