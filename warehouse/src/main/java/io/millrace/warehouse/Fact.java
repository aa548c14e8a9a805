package io.millrace.warehouse;

import java.util.List;

/** What kind of fact a dynamic table says it is; its grain is the table's KEYS. */
public sealed interface Fact {

  /** A row an event. */
  record Transaction() implements Fact {}

  /**
   * A row a period and whatever else is in the grain.
   *
   * @param period columns that say which period; part of the grain
   */
  record PeriodicSnapshot(List<String> period) implements Fact {
    public PeriodicSnapshot {
      period = List.copyOf(period);
    }
  }

  /**
   * A row a course of events, filled in as it goes on.
   *
   * @param milestones columns that hold when each milestone was reached, NULL until then, in the
   *     order in which they are reached; at least two
   */
  record AccumulatingSnapshot(List<String> milestones) implements Fact {
    public AccumulatingSnapshot {
      milestones = List.copyOf(milestones);
    }
  }
}
