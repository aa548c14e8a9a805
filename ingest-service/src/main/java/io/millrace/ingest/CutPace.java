package io.millrace.ingest;

import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a cut is due. One with changes is due when the cut interval has passed since the last. It
 * may come up to half an interval earlier so that the cuts of all sources fall amid the beats of
 * the clock: rounds of marts begin at whole seconds, and a cut that wandered across their boundary
 * would make one round late by an interval. One thread.
 */
final class CutPace {
  private final Duration interval;
  private final Duration heartbeat;
  private final Clock clock;
  private final LongSupplier nanos;
  private long lastNanos;
  private long lastBeat;

  /**
   * @param interval least time between two cuts with changes, but for keeping the beat
   * @param heartbeat time between two cuts without
   * @param clock the time of day, for the beat
   * @param nanos time that passes, as {@code System::nanoTime}
   */
  CutPace(Duration interval, Duration heartbeat, Clock clock, LongSupplier nanos) {
    this.interval = interval;
    this.heartbeat = heartbeat;
    this.clock = clock;
    this.nanos = nanos;
    closed();
  }

  /** A cut has just been closed, or the source has just been opened. */
  void closed() {
    lastNanos = nanos.getAsLong();
    lastBeat = beat();
  }

  /** Whether a cut with changes is due. */
  boolean due() {
    long since = nanos.getAsLong() - lastNanos;
    return since >= interval.toNanos() || (since >= interval.toNanos() / 2 && beat() != lastBeat);
  }

  /** Whether a cut without changes is due, as a sign of life. */
  boolean heartbeatDue() {
    return nanos.getAsLong() - lastNanos >= heartbeat.toNanos();
  }

  /** Changes amid two whole intervals of the clock. */
  private long beat() {
    long millis = Math.max(1, interval.toMillis());
    return Math.floorDiv(clock.millis() + millis / 2, millis);
  }
}
