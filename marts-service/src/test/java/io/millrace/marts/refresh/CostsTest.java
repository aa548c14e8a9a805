package io.millrace.marts.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CostsTest {
  private final Costs costs = new Costs();

  @Test
  void nothingIsChosenAgainstBeforeTheWholeQueryWasMeasured() {
    assertThat(costs.preferFull(1_000_000)).isFalse();
    assertThat(costs.patience()).isEmpty();
    assertThat(costs.predicted(10)).containsOnlyKeys(Costs.INCREMENTAL);
  }

  @Test
  void fewChangedRowsAreCarriedThroughAndManyAreNot() {
    costs.tookFull(100);
    costs.tookIncremental(10, 1_000);
    assertThat(costs.preferFull(1_000)).isFalse();
    assertThat(costs.preferFull(10_000_000)).isTrue();
  }

  @Test
  void aWayIsLeftOnlyForOneThatIsClearlyBetter() {
    costs.tookFull(100);
    long even = 19_000; // 5 ms and 200 rows a millisecond: 100 ms
    assertThat(costs.preferFull(even + 5_000)).isFalse();
    assertThat(costs.preferFull(even * 2)).isTrue();
    assertThat(costs.preferFull(even)).isTrue();
    assertThat(costs.preferFull(even / 2)).isFalse();
  }

  @Test
  void predictionsFollowWhatWasMeasured() {
    IntStream.range(0, 30).forEach(i -> costs.tookIncremental(40, 1));
    IntStream.range(0, 30).forEach(i -> costs.tookIncremental(540, 1_000));
    costs.tookFull(200);
    IntStream.range(0, 30).forEach(i -> costs.tookFull(300));
    assertThat(costs.predicted(2_000).get(Costs.INCREMENTAL)).isBetween(1_000.0, 1_060.0);
    assertThat(costs.predicted(2_000).get(Costs.FULL)).isBetween(295.0, 300.0);
  }

  @Test
  void aRunThatWasGivenUpCorrectsTheNextChoice() {
    costs.tookFull(1_000);
    assertThat(costs.preferFull(5_000)).isFalse();
    assertThat(costs.patience()).contains(Duration.ofSeconds(3));
    costs.gaveUp(3_000, 5_000);
    assertThat(costs.preferFull(5_000)).isTrue();
  }

  @Test
  void aRunIsGivenTimeHoweverCheapTheWholeQueryIs() {
    costs.tookFull(1);
    assertThat(costs.patience()).contains(Duration.ofSeconds(2));
  }

  @Test
  void aWayThatWasNotTakenForLongIsTriedAgain() {
    costs.tookFull(100);
    costs.gaveUp(10_000, 10);
    int refreshes = 0;
    while (costs.preferFull(10)) {
      costs.tookFull(100);
      refreshes++;
    }
    assertThat(refreshes).isBetween(50, 500);
  }

  @Test
  void aWholeQueryThatRanOnceOnlyIsTriedAgainSoon() {
    costs.tookFull(100);
    assertThat(incrementalOnes(60)).isBetween(3, 20);
  }

  @Test
  void aWholeQueryThatIsKnownIsTriedAgainOnlyWhereItIsNearlyAsCheap() {
    costs.tookFull(100);
    costs.tookFull(100);
    assertThat(incrementalOnes(90)).isBetween(10, 100);
    costs.tookFull(100);
    assertThat(incrementalOnes(60)).isEqualTo(1_000);
  }

  /** How many refreshes go by before the whole query is chosen, 1,000 at most. */
  private int incrementalOnes(double millis) {
    IntStream.range(0, 30).forEach(_ -> costs.tookIncremental(millis, 1));
    int refreshes = 0;
    while (refreshes < 1_000 && !costs.preferFull(1)) {
      refreshes++;
    }
    return refreshes;
  }
}
