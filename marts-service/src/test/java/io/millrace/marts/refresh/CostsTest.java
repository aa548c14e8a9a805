package io.millrace.marts.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostsTest {
  private final Costs costs = new Costs();

  /** Whether state shows the table. */
  private boolean current;

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
    assertThat(costs.preferFull(even + 2_000)).isFalse();
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
  void aWayThatTookFarTooLongIsTriedAgainInTheEnd() {
    costs.tookFull(100);
    costs.gaveUp(10_000, 10);
    assertThat(runsUntil(false, 100, 10_000)).isBetween(600, 610);
    assertThat(costs.onTrial()).isTrue();
  }

  @Test
  void aWayThatBecameCheaperIsTakenSoonAndKept() {
    refreshes(50, 100, 150);
    assertThat(costs.preferFull(1)).isTrue();
    assertThat(runsUntil(false, 100, 20)).isLessThanOrEqualTo(10);
    assertThat(cost(100, 100, 20)).isEqualTo(2 * 100 + 99 * 20);
  }

  @Test
  void aWholeQueryThatRanOnceOnlyIsTriedAgainSoon() {
    costs.tookFull(100);
    current = true;
    assertThat(runsUntil(true, 10, 60)).isBetween(3, 20);
    assertThat(costs.onTrial()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"60, 1000, 1000", "90, 5, 50"})
  void aWholeQueryThatIsKnownIsTriedAgainOnlyWhereItIsNearlyAsCheap(
      double incremental, int from, int to) {
    costs.tookFull(100);
    costs.tookFull(100);
    costs.tookFull(100);
    current = true;
    assertThat(runsUntil(true, 100, incremental)).isBetween(from, to);
  }

  @ParameterizedTest
  @ValueSource(doubles = {5, 30, 60, 80, 95, 105, 120, 200, 500, 2_000})
  void inTheLongRunItCostsLittleMoreThanTheBetterWay(double incremental) {
    refreshes(100, 100, incremental);
    assertThat(cost(10_000, 100, incremental))
        .isLessThan(10_000 * Math.min(100, incremental) * 1.2);
  }

  /** How many refreshes go by before a way is taken, 1,000 at most. */
  private int runsUntil(boolean whole, double fullMillis, double incrementalMillis) {
    int refreshes = 0;
    while (refreshes < 1_000 && costs.preferFull(1) != whole) {
      var _ = cost(1, fullMillis, incrementalMillis);
      refreshes++;
    }
    return refreshes;
  }

  private void refreshes(int count, double fullMillis, double incrementalMillis) {
    var _ = cost(count, fullMillis, incrementalMillis);
  }

  /** What refreshes take; after the whole query state has to be made anew. */
  private double cost(int refreshes, double fullMillis, double incrementalMillis) {
    double sum = 0;
    for (int i = 0; i < refreshes; i++) {
      if (costs.preferFull(1)) {
        current = false;
        costs.tookFull(fullMillis);
        sum += fullMillis;
      } else if (current) {
        costs.tookIncremental(incrementalMillis, 1);
        sum += incrementalMillis;
      } else {
        current = true;
        costs.tookFull(fullMillis);
        sum += 2 * fullMillis;
      }
    }
    return sum;
  }
}
