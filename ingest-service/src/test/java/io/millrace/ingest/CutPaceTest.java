package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CutPaceTest {
  private final Moved clock = new Moved();
  private final CutPace pace =
      new CutPace(
          Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(2), clock, clock::nanos);

  @Test
  void isDueAfterTheIntervalWhereverTheBeatIs() {
    clock.setTo(100);
    pace.closed();
    clock.setTo(399);
    assertThat(pace.due()).isFalse();
    clock.setTo(1_100);
    assertThat(pace.due()).isTrue();
  }

  @Test
  void comesEarlierToKeepTheBeat() {
    clock.setTo(1_200);
    pace.closed();
    clock.setTo(1_749);
    assertThat(pace.due()).isFalse();
    clock.setTo(1_750);
    assertThat(pace.due()).isTrue();
  }

  @Test
  void neverComesBeforeHalfAnInterval() {
    clock.setTo(1_500);
    pace.closed();
    clock.setTo(1_999);
    assertThat(pace.due()).isFalse();
    clock.setTo(2_000);
    assertThat(pace.due()).isTrue();
  }

  @Test
  void givesASignOfLifeAfterTheHeartbeat() {
    clock.setTo(0);
    pace.closed();
    clock.setTo(2_999);
    assertThat(pace.heartbeatDue()).isFalse();
    clock.setTo(3_000);
    assertThat(pace.heartbeatDue()).isTrue();
  }

  @Test
  void showsOnceThatARoundIsOver() {
    clock.setTo(3_750);
    pace.closed();
    clock.setTo(3_999);
    assertThat(pace.revealDue(Instant.ofEpochMilli(3_755))).isFalse();
    clock.setTo(4_000);
    assertThat(pace.revealDue(Instant.ofEpochMilli(3_755))).isTrue();
    clock.setTo(6_000);
    assertThat(pace.revealDue(Instant.ofEpochMilli(4_001))).isFalse();
  }

  @Test
  void leavesThatToAnotherSourceThatCameFirst() {
    clock.setTo(3_750);
    pace.closed();
    clock.setTo(4_010);
    assertThat(pace.revealDue(Instant.ofEpochMilli(4_003))).isFalse();
  }

  /** A clock that a test sets, in milliseconds. */
  private static final class Moved extends Clock {
    private long millis;

    void setTo(long now) {
      millis = now;
    }

    long nanos() {
      return millis * 1_000_000;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
