package io.millrace.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.error.ErrorCode.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TableProgressTest {
  private static final Duration USUAL = Duration.ofSeconds(10);

  private static Duration pause(Kind kind, Duration took) {
    return TableProgress.pause(kind, USUAL, took);
  }

  @Test
  void dataThatCannotBeComputedTakeATenthOfTheTimeAtMost() {
    assertThat(pause(Kind.SOURCE_DATA, Duration.ofMillis(20))).isEqualTo(USUAL);
    assertThat(pause(Kind.SOURCE_DATA, Duration.ofSeconds(20))).isEqualTo(Duration.ofSeconds(180));
  }

  @Test
  void dataThatAreMendedAreSeenWithinTenMinutes() {
    assertThat(pause(Kind.SOURCE_DATA, Duration.ofHours(1))).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void whatPassesByItselfIsTriedAsSoonAsEver() {
    assertThat(pause(Kind.EXTERNAL, Duration.ofMinutes(1))).isEqualTo(USUAL);
    assertThat(pause(Kind.BUG, Duration.ofMinutes(1))).isEqualTo(USUAL);
  }
}
