package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.contracts.Metrics;
import org.junit.jupiter.api.Test;

class StatusBoardTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final StatusBoard board = new StatusBoard(meters);

  @Test
  void countsTheCutsThatATableHasNotReached() {
    board.cuts(() -> 8);
    board.table(at(4));
    assertThat(behind()).isEqualTo(3);
    board.table(at(7));
    assertThat(behind()).isZero();
    board.table(at(9));
    assertThat(behind()).as("told by a publication before this service reads the cut").isZero();
  }

  private double behind() {
    return meters.get(Metrics.CUTS_BEHIND).tag("table", "staging.orders").gauge().value();
  }

  private static TableStatus at(long through) {
    return new TableStatus(
        "staging.orders",
        TableStatus.State.RUNNING,
        0,
        1,
        through,
        null,
        null,
        1_000,
        null,
        0,
        0,
        "/lake",
        null,
        null);
  }
}
