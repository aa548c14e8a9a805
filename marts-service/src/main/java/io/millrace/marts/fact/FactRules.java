package io.millrace.marts.fact;

import io.millrace.contracts.error.MartsError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.DynamicTable.Lookup;
import io.millrace.warehouse.Fact;
import io.millrace.warehouse.sql.LookupPolicy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a dynamic table's changes against what its statement asks for, before they are committed. A
 * committed table has kept every rule, so only new rows are looked at: the cost follows the change.
 */
public final class FactRules {
  private FactRules() {}

  /**
   * Refuses changes that break a rule.
   *
   * @param changes as {@link RowDiff} gives them
   * @throws MillraceException MRT-010 when a lookup says FAIL and a row meets that case; MRT-011
   *     when a milestone lies before an earlier one
   */
  public static void require(Connection duck, DynamicTable table, RowDiff.Changes changes) {
    if (changes.none()) {
      return;
    }
    for (Lookup lookup : table.lookups()) {
      for (LookupPolicy.Refusal refusal : lookup.policy().refusals()) {
        refuse(duck, table, lookup, refusal, changes);
      }
    }
    switch (table.fact().orElse(new Fact.Transaction())) {
      case Fact.Transaction _, Fact.PeriodicSnapshot _ -> {}
      case Fact.AccumulatingSnapshot(List<String> milestones) ->
          requireOrder(duck, table, milestones, changes);
    }
  }

  /** A milestone that is not reached yet says nothing; one may be left out. */
  private static void requireOrder(
      Connection duck, DynamicTable table, List<String> milestones, RowDiff.Changes changes) {
    List<String> reversed = new ArrayList<>();
    for (int late = 1; late < milestones.size(); late++) {
      for (String early : milestones.subList(0, late)) {
        reversed.add(Sql.name(milestones.get(late)) + " < " + Sql.name(early));
      }
    }
    long found = newRows(duck, changes, String.join(" OR ", reversed));
    if (found > 0) {
      throw new MillraceException(
          MartsError.MRT_011_MILESTONES_OUT_OF_ORDER,
          "table %s stops at its last good cut: in %d rows a milestone lies before one that comes earlier in (%s). It goes on when the times are mended, or declared in the order in which they come."
              .formatted(table.name(), found, String.join(", ", milestones)));
    }
  }

  private static long newRows(Connection duck, RowDiff.Changes changes, String condition) {
    return Sql.number(
        duck,
        "SELECT count(*) FROM %s WHERE _change_type IN ('insert', 'update_postimage') AND (%s)"
            .formatted(changes.relation(), condition));
  }

  private static void refuse(
      Connection duck,
      DynamicTable table,
      Lookup lookup,
      LookupPolicy.Refusal refusal,
      RowDiff.Changes changes) {
    String column = lookup.column().orElseThrow();
    long found = newRows(duck, changes, Sql.name(column) + " = " + refusal.key());
    if (found > 0) {
      throw new MillraceException(
          MartsError.MRT_010_LOOKUP_FAILED,
          "table %s stops at its last good cut: for %d rows the lookup of %s in column %s meets %s, and says 'FAIL'. It goes on when the data are mended; without 'FAIL' such rows get a default member."
              .formatted(table.name(), found, lookup.dimension(), column, refusal.what()));
    }
  }
}
