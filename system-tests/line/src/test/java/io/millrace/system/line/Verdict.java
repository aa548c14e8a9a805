package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.StagingTable;
import java.time.Clock;
import java.time.Duration;

/** Says whether a drained line is right. */
final class Verdict {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private Verdict() {}

  /** Waits until everything committed before now is shown, then compares every table. */
  static void drainedAndRight(Line line) throws Exception {
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    try (Truth truth = new Truth(line)) {
      for (StagingTable table : truth.warehouse().stagingTables()) {
        if (table.source().equals("shop")) {
          assertThat(truth.stagingDifference(table))
              .as("rows of %s that are not the source's", table.name())
              .isZero();
        }
      }
      for (Dimension dimension : truth.warehouse().dimensions()) {
        assertThat(truth.dimensionFaults(dimension)).as("%s", dimension.name()).isEmpty();
      }
      for (DynamicTable table : truth.warehouse().dynamicTables()) {
        if (!table.usesNow()) {
          assertThat(truth.martDifference(table, truth.cutOf(table.name())))
              .as("rows of %s that its query does not give", table.name())
              .isZero();
        }
      }
    }
  }
}
