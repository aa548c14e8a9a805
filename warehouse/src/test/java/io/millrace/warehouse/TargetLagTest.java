package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TargetLagTest {
  @Test
  void isKeptByRoundsOfPowersOfTwoSeconds() {
    assertThat(seconds(1)).isEqualTo(1);
    assertThat(seconds(2)).isEqualTo(1);
    assertThat(seconds(5)).isEqualTo(2);
    assertThat(seconds(20)).isEqualTo(8);
    assertThat(seconds(60)).isEqualTo(16);
  }

  private static long seconds(long lag) {
    return TargetLag.period(Duration.ofSeconds(lag)).toSeconds();
  }
}
