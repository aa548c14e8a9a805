package io.millrace.changelog.topic;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Growing pauses between tries of something outside: 100 ms, doubled up to 10 s. Used by one
 * thread.
 */
public final class Retry {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private Duration next = FIRST;

  /** The next pause, without taking it. */
  public Duration next() {
    Duration pause = next;
    next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
    return pause;
  }

  /** It worked: the next pause is the shortest again. */
  public void reset() {
    next = FIRST;
  }

  /** Pauses if the error says RETRY, else throws it. */
  public void pauseOrThrow(MillraceException error) throws InterruptedException {
    if (error.errorCode().response() != ErrorCode.Response.RETRY) {
      throw error;
    }
    pause(next());
  }

  /** Pauses, unless interrupted. */
  public static void pause(Duration pause) throws InterruptedException {
    long deadline = System.nanoTime() + pause.toNanos();
    while (System.nanoTime() < deadline) {
      LockSupport.parkNanos(Math.min(deadline - System.nanoTime(), TimeUnit.SECONDS.toNanos(1)));
      if (Thread.interrupted()) {
        throw new InterruptedException("while pausing");
      }
    }
  }
}
