package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.contracts.wire.Cut;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class RoundCutsTest {
  private final CutLog log = new CutLog(new News());
  private final RoundCuts cuts = new RoundCuts(log);

  private void cutAt(double second) {
    long number = log.end();
    log.append(
        number,
        Instant.ofEpochMilli((long) (second * 1000)),
        new Cut("a", number - 1, null, Map.of(), Instant.EPOCH));
  }

  @Test
  void takesTheLastCutBeforeAMultipleOnceTheLogHasPassedIt() {
    cutAt(100.2);
    cutAt(101.9);
    assertThat(next(0, 1, 2, Set.of(2L))).isEmpty();
    cutAt(102.1);
    assertThat(next(0, 2, 2, Set.of(2L))).hasValue(1);
  }

  @Test
  void skipsItsOwnMultiplesWhenBehindButNeverACoarserOne() {
    for (int i = 0; i < 20; i++) {
      cutAt(100.5 + i);
    }
    assertThat(next(0, 19, 2, Set.of(2L))).hasValue(17);
    assertThat(next(0, 19, 2, Set.of(2L, 8L))).hasValue(3);
    assertThat(next(3, 19, 2, Set.of(2L, 8L))).hasValue(11);
  }

  @Test
  void goesNoFurtherThanTheInputs() {
    for (int i = 0; i < 10; i++) {
      cutAt(100.5 + i);
    }
    assertThat(next(0, 4, 2, Set.of(2L))).hasValue(3);
  }

  @Test
  void beginsAtTheNewestCutOfItsPeriodThatOthersShow() {
    for (int i = 0; i < 10; i++) {
      cutAt(100.5 + i);
    }
    assertThat(cuts.joining(Set.of(3L, 5L, 8L), 6, 4)).hasValue(5);
    assertThat(cuts.joining(Set.of(3L, 8L), 6, 4)).isEmpty();
    assertThat(cuts.joining(Set.of(3L, 8L), 6, 16)).hasValue(3);
    assertThat(cuts.joining(Set.of(), 6, 4)).isEmpty();
  }

  /** Whatever the paces and delays, a coarser table only stops where every finer one does too. */
  @RepeatedTest(50)
  void letsAnyTwoTablesShareTheCutsOfTheCoarserOne() {
    long seed = Clock.systemUTC().millis() + System.nanoTime();
    Random random = new Random(seed);
    double second = 1000;
    for (int i = 0; i < 200; i++) {
      second += random.nextDouble() * 1.5;
      cutAt(second);
    }
    Set<Long> periods = Set.of(1L, 4L, 16L);
    Set<Long> fine = walk(random, 1, periods);
    Set<Long> middle = walk(random, 4, periods);
    Set<Long> coarse = walk(random, 16, periods);
    assertThat(fine).as("seed %d", seed).containsAll(middle);
    assertThat(middle).as("seed %d", seed).containsAll(coarse);
  }

  private Set<Long> walk(Random random, long period, Set<Long> periods) {
    Set<Long> visited = new TreeSet<>();
    long at = 0;
    long reach = 0;
    while (reach < log.end() - 1) {
      reach = Math.min(log.end() - 1, reach + 1 + random.nextInt(40));
      OptionalLong next = next(at, reach, period, periods);
      while (next.isPresent()) {
        at = next.getAsLong();
        visited.add(at);
        next = next(at, reach, period, periods);
      }
    }
    return visited;
  }

  private OptionalLong next(long after, long reach, long period, Set<Long> periods) {
    return cuts.next(after, reach, -1, period, periods);
  }
}
