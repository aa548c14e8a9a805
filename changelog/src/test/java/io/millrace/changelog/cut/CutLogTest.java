package io.millrace.changelog.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.changelog.News;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.OffsetRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CutLogTest {
  private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");

  private final CutLog log = new CutLog(new News());

  private void append(String source, long previous, int second, boolean opens, String... topics) {
    Map<String, List<OffsetRange>> ranges = new java.util.HashMap<>();
    for (String topic : topics) {
      ranges.put(topic, List.of(new OffsetRange(0, 0L, 1L, 1L, opens)));
    }
    log.append(
        log.end(),
        T.plusSeconds(second),
        new Cut(source, previous, "at " + log.end(), ranges, T.plusSeconds(second)));
  }

  @Test
  void ignoresTheCutOfAZombieWithEverythingInIt() {
    append("shop", -1, 0, true, "orders");
    append("shop", 0, 1, false, "orders");
    append("shop", 0, 2, false, "orders");
    assertThat(log.cut(2).valid()).isFalse();
    assertThat(log.cut(2).ranges()).isEmpty();
    assertThat(log.last("shop").orElseThrow().to()).isEqualTo(Optional.of("at 1"));
    assertThat(log.nextWithRanges("orders", 1)).isEmpty();
    assertThat(log.committedAt("shop", 2)).contains(T.plusSeconds(1));
  }

  @Test
  void acceptsTheNextCutBehindTheValidOneNotBehindTheInvalid() {
    append("shop", -1, 0, true, "orders");
    append("shop", -1, 1, true, "orders");
    append("shop", 1, 2, false, "orders");
    append("shop", 0, 3, false, "orders");
    assertThat(List.of(log.cut(1).valid(), log.cut(2).valid(), log.cut(3).valid()))
        .containsExactly(false, false, true);
  }

  @Test
  void keepsSourcesApart() {
    append("shop", -1, 0, false, "orders");
    append("github", -1, 1, false, "repos");
    append("shop", 0, 2, false, "orders");
    assertThat(log.nextOf("github", -1).orElseThrow().number()).isEqualTo(1);
    assertThat(log.nextWithRanges("orders", 0).orElseThrow().number()).isEqualTo(2);
    assertThat(log.committedAt(List.of("shop", "github"), 2)).contains(T.plusSeconds(1));
    assertThat(log.committedAt(List.of("shop", "github"), 0)).isEmpty();
  }

  @Test
  void provesTheTimeOfTheCutToWhatHasNoSource() {
    assertThat(log.committedAt(List.of(), 0)).isEmpty();
    append("shop", -1, 3, true, "orders");
    assertThat(log.committedAt(List.of(), -1)).isEmpty();
    assertThat(log.committedAt(List.of(), 0)).contains(T.plusSeconds(3));
  }

  @Test
  void neverLetsTheTimeOfTheLogGoBack() {
    append("a", -1, 5, false);
    append("b", -1, 3, false);
    assertThat(log.cut(1).at()).isEqualTo(T.plusSeconds(5));
  }

  @Test
  void findsTheLastCutBeforeABoundaryOnlyWhenTheLogHasPassedIt() {
    append("a", -1, 1, false);
    append("a", 0, 2, false);
    assertThat(log.lastBefore(T.plusSeconds(3))).isEmpty();
    append("a", 1, 3, false);
    assertThat(log.lastBefore(T.plusSeconds(3))).hasValue(1);
    assertThat(log.lastBefore(T.plusSeconds(1))).isEmpty();
  }

  @Test
  void listsOpeningCutsOfATopic() {
    append("shop", -1, 0, true, "orders");
    append("shop", 0, 1, false, "orders");
    append("shop", 1, 2, true, "orders");
    assertThat(log.openings("orders")).extracting(FoldedCut::number).containsExactly(0L, 2L);
  }

  @Test
  void stopsAtAGapAndSkipsWhatItHas() {
    append("a", -1, 0, false);
    log.append(0, T, new Cut("a", -1L, null, Map.of(), T));
    assertThat(log.end()).isEqualTo(1);
    assertThatThrownBy(() -> log.append(2, T, new Cut("a", 0L, null, Map.of(), T)))
        .isInstanceOf(MillraceException.class)
        .hasMessageStartingWith("CL-050");
  }

  @Test
  void saysWhenItDoesNotReachAnEndInTime() throws InterruptedException {
    append("a", -1, 0, false);
    assertThat(log.awaitEnd(1, Duration.ofSeconds(1))).isTrue();
    assertThat(log.awaitEnd(2, Duration.ofMillis(20))).isFalse();
  }

  @Test
  void readsCutsAgainThatItNoLongerHolds() {
    List<Cut> topic = new ArrayList<>();
    CutLog small =
        new CutLog(
            new News(), (from, count) -> topic.subList((int) from, (int) from + count), 4, 2);
    CutLog whole = new CutLog(new News());
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      String source = i % 7 == 6 ? "operator.staging.1" : i % 3 == 0 ? "github" : "shop";
      long previous = whole.last(source).map(FoldedCut::number).orElse(-1L);
      boolean zombie = random.nextInt(9) == 0;
      Map<String, List<OffsetRange>> ranges =
          random.nextInt(4) > 0
              ? Map.of(
                  source + random.nextInt(3),
                  List.of(new OffsetRange(0, 0L, 1L, 1L, random.nextInt(20) == 0)))
              : Map.of();
      Cut cut = new Cut(source, zombie ? -2 : previous, "at " + i, ranges, T.plusSeconds(100L * i));
      topic.add(cut);
      small.append(i, T.plusSeconds(i), cut);
      whole.append(i, T.plusSeconds(i), cut);
    }
    for (int i = 0; i < 200; i++) {
      assertThat(small.cut(i)).isEqualTo(whole.cut(i));
      assertThat(small.nextOf("operator.staging.1", i))
          .isEqualTo(whole.nextOf("operator.staging.1", i));
      assertThat(small.committedAt("shop", i)).isEqualTo(whole.committedAt("shop", i));
      assertThat(small.lastBefore(T.plusSeconds(i))).isEqualTo(whole.lastBefore(T.plusSeconds(i)));
      for (String each : List.of("shop0", "shop1", "shop2", "github0", "nothing")) {
        assertThat(small.nextWithRanges(each, i - 1)).isEqualTo(whole.nextWithRanges(each, i - 1));
        assertThat(small.openings(each)).isEqualTo(whole.openings(each));
      }
    }
  }

  @Test
  void keepsOneProofAMinuteOfOldCuts() {
    CutLog small =
        new CutLog(
            new News(),
            (from, count) -> {
              throw new AssertionError("proofs are held");
            },
            4,
            2);
    for (int i = 0; i < 300; i++) {
      small.append(
          i, T.plusSeconds(i), new Cut("shop", i - 1L, "at " + i, Map.of(), T.plusSeconds(i)));
    }
    for (int i = 0; i < 290; i++) {
      assertThat(small.committedAt("shop", i).orElseThrow())
          .isBetween(T.plusSeconds(Math.max(0, i - 60)), T.plusSeconds(i));
    }
  }
}
