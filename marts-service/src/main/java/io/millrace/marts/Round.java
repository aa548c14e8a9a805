package io.millrace.marts;

import io.millrace.contracts.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A round: inputs are brought to its cut, then the tables that are due at it, one after the other,
 * inputs first. A table that fails stays behind; those that read it, directly or not, are skipped
 * at this cut, the others go on. Used by the shard's loop alone.
 *
 * @param <T> what a table is to whoever refreshes it
 */
final class Round<T extends Planned> {
  private final Plan plan;
  private final Steps<T> steps;

  Round(Plan plan, Steps<T> steps) {
    this.plan = plan;
    this.steps = steps;
  }

  /** What a round consists of. */
  interface Steps<T> {
    /** Brings what others write to the cut, as far as that can be. */
    void bring(long cut);

    /** Brings a table to the cut; false if that failed. */
    boolean refresh(T table, long cut);

    /** The table cannot be brought to the cut, for this table that it reads was not. */
    void skip(T table, long cut, TableName stale);
  }

  /**
   * Goes through the tables once.
   *
   * @param tables inputs before those that read them
   */
  void walk(long cut, List<T> tables) {
    Set<TableName> due =
        tables.stream()
            .filter(table -> plan.isDue(table, cut))
            .map(Planned::name)
            .collect(Collectors.toSet());
    steps.bring(cut);
    plan.began(cut);
    Set<TableName> failed = new HashSet<>();
    for (T table : tables) {
      Optional<TableName> stale = table.inputs().stream().filter(failed::contains).findFirst();
      // A table may become due because one that it reads has just reached this cut.
      if (stale.isPresent() && plan.wouldBeDue(table, cut)) {
        steps.skip(table, cut, stale.get());
        failed.add(table.name());
      } else if ((due.contains(table.name()) || plan.isDue(table, cut))
          && !steps.refresh(table, cut)) {
        failed.add(table.name());
      }
    }
  }
}
