package io.millrace.ingest;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * When a cut is due. One with changes is due when the cut interval has passed since the last. It
 * may come up to half an interval earlier so that the cuts of all sources fall on the third quarter
 * of an interval of the clock: rounds of marts end at whole seconds, so a round misses little, and
 * a cut that wandered across their boundary would make one round late by an interval.
 *
 * <p>Which cut was the last of a round is known only once the log has a later one. So that a round
 * need not wait for the next changes, a cut without ranges is due when the boundary has passed. One
 * thread.
 */
final class CutPace {
  private final Duration interval;
  private final Duration heartbeat;
  private final Duration round;
  private final Clock clock;
  private final LongSupplier nanos;
  private long lastNanos;
  private long lastBeat;
  private long lastRound;
  private boolean revealed;

  /**
   * @param interval least time between two cuts with changes, but for keeping the beat
   * @param heartbeat time between two cuts without
   * @param round least period of the rounds of marts
   * @param clock the time of day, for the beat and the rounds
   * @param nanos time that passes, as {@code System::nanoTime}
   */
  CutPace(Duration interval, Duration heartbeat, Duration round, Clock clock, LongSupplier nanos) {
    this.interval = interval;
    this.heartbeat = heartbeat;
    this.round = round;
    this.clock = clock;
    this.nanos = nanos;
    closed();
  }

  /** A cut has just been closed, or the source has just been opened. */
  void closed() {
    lastNanos = nanos.getAsLong();
    lastBeat = beat();
    lastRound = round(clock.instant());
    revealed = false;
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

  /**
   * Whether the last cut has to be followed by one that shows that its round is over: asked until
   * true, once for each cut.
   *
   * @param newest the time of the newest cut of any source
   */
  boolean revealDue(Instant newest) {
    long now = round(clock.instant());
    if (revealed || now <= lastRound) {
      return false;
    }
    revealed = true;
    return round(newest) < now;
  }

  private long round(Instant at) {
    return Math.floorDiv(at.toEpochMilli(), round.toMillis());
  }

  /** Changes at the third quarter of each interval of the clock. */
  private long beat() {
    long millis = Math.max(1, interval.toMillis());
    return Math.floorDiv(clock.millis() + millis / 4, millis);
  }
}
