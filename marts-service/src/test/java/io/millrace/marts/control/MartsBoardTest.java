package io.millrace.marts.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.RowDiff;
import io.millrace.marts.refresh.Refresh;
import io.millrace.marts.refresh.RefreshHistory.Entry;
import io.millrace.marts.refresh.RefreshHistory.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MartsBoardTest {
  private static final TableName TABLE = TableName.parse("marts.m");

  private final MartsBoard board = new MartsBoard();

  private static Entry entry(long cut, Result result) {
    return new Entry(
        TABLE,
        cut,
        1,
        Instant.EPOCH,
        Duration.ofMillis(40),
        new Refresh.Outcome(
            new RowDiff.Changes("", 0, 0, 0),
            "INCREMENTAL",
            "CHEAPER",
            Map.of("FULL", 90.0, "INCREMENTAL", 20.0),
            25),
        "inputs changed",
        0,
        null,
        result,
        null);
  }

  @Test
  void aTableIsDescribedWithThePredictedAndRealCostsOfItsNewestRefresh() {
    board.describe(
        new MartsBoard.Description(
            "marts.m", 60_000, "AUTO", List.of(), List.of(), List.of(), false, null, List.of(),
            null));
    assertThat(board.of(TABLE).orElseThrow().costs()).isNull();
    board.add(entry(1, Result.CHANGED));
    board.add(entry(2, Result.UNCHANGED));
    board.add(entry(2, Result.RIGHT));
    board.add(entry(3, Result.FAILED));
    MartsBoard.Costs costs =
        new MartsBoard.Costs(2, "INCREMENTAL", Map.of("FULL", 90.0, "INCREMENTAL", 20.0), 25, 40);
    assertThat(board.of(TABLE).orElseThrow().costs()).isEqualTo(costs);
    assertThat(board.all().getFirst().costs()).isEqualTo(costs);
  }
}
