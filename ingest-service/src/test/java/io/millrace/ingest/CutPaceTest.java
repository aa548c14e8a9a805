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
      new CutPace(Duration.ofSeconds(1), Duration.ofSeconds(3), clock, clock::nanos);

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
  void comesEarlierToKeepTheBeatAmidTwoSeconds() {
    clock.setTo(950);
    pace.closed();
    clock.setTo(1_499);
    assertThat(pace.due()).isFalse();
    clock.setTo(1_500);
    assertThat(pace.due()).isTrue();
  }

  @Test
  void neverComesBeforeHalfAnInterval() {
    clock.setTo(1_200);
    pace.closed();
    clock.setTo(1_699);
    assertThat(pace.due()).isFalse();
    clock.setTo(1_700);
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
