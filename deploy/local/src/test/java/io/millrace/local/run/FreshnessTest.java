package io.millrace.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FreshnessTest {
  private final Freshness freshness = new Freshness();

  @Test
  void lagOfTheInitialCutDoesNotCount() {
    freshness.seen("marts.a", 30_000, 5_000, 3);
    freshness.seen("marts.a", 4_000, 5_000, 3);
    freshness.seen("marts.a", 5_000, 5_000, 3);
    assertThat(freshness.misses()).isEmpty();
  }

  @Test
  void aTableThatFallsBehindLaterIsNamedWithItsWorstLag() {
    freshness.seen("marts.a", 1_000, 5_000, 3);
    freshness.seen("marts.a", 7_000, 5_000, 12);
    freshness.seen("marts.a", 1_000, 5_000, 3);
    assertThat(freshness.misses()).containsExactly(new Freshness.Miss("marts.a", 7_000, 5_000, 12));
  }

  @Test
  void aTableThatNeverCatchesUpIsNamed() {
    freshness.expect("marts.b");
    freshness.seen("marts.a", 9_000, 5_000, 3);
    assertThat(freshness.misses())
        .containsExactly(
            new Freshness.Miss("marts.a", 9_000, 5_000, 0),
            new Freshness.Miss("marts.b", -1, 0, 0));
  }

  @Test
  void lagCountsFromWhenAllTablesHaveCaughtUp() {
    freshness.seen("marts.a", 1_000, 5_000, 1);
    freshness.seen("marts.b", 9_000, 5_000, 1);
    assertThat(freshness.caughtUpNow()).isFalse();
    freshness.seen("marts.a", 7_000, 5_000, 2);
    freshness.seen("marts.b", 4_000, 5_000, 2);
    assertThat(freshness.caughtUpNow()).isFalse();
    freshness.seen("marts.a", 2_000, 5_000, 3);
    assertThat(freshness.misses()).containsExactly(new Freshness.Miss("marts.a", 7_000, 5_000, 2));
    assertThat(freshness.caughtUpNow()).isTrue();
    assertThat(freshness.misses()).isEmpty();
    freshness.seen("marts.b", 6_000, 5_000, 4);
    assertThat(freshness.caughtUpNow()).isFalse();
    assertThat(freshness.misses()).containsExactly(new Freshness.Miss("marts.b", 6_000, 5_000, 4));
  }
}
