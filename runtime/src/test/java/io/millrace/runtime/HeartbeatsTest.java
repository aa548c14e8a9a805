package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {
  private final Hand hand = new Hand();
  private final Heartbeats heartbeats = new Heartbeats(hand);

  /** A clock that is set by hand. */
  private static final class Hand extends Clock {
    private volatile Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void aLoopThatWaitsIsSilentSinceItLastSpoke() throws InterruptedException {
    CountDownLatch spoke = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread loop =
        Thread.ofPlatform()
            .start(() -> {
              heartbeats.beat("waits");
              spoke.countDown();
              awaitQuietly(end);
            });
    spoke.await();
    hand.now = Instant.EPOCH.plus(Duration.ofHours(1));
    assertThat(heartbeats.mostSilent()).contains(Map.entry("waits", Instant.EPOCH));
    end.countDown();
    loop.join();
    heartbeats.ended("waits");
    assertThat(heartbeats.mostSilent()).isEmpty();
  }

  @Test
  void aLoopThatComputesIsAliveThoughItDoesNotSpeak() {
    heartbeats.beat("computes");
    hand.now = Instant.EPOCH.plus(Duration.ofHours(1));
    long until = System.nanoTime() + Duration.ofMillis(400).toNanos();
    long spun = 0;
    while (System.nanoTime() < until) {
      spun++;
    }
    assertThat(spun).isPositive();
    assertThat(heartbeats.mostSilent()).contains(Map.entry("computes", hand.now));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
