package io.millrace.ingest.api;

import io.millrace.warehouse.source.ApiSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When the API may be asked next, and why not now. Pauses after failures double from one second to
 * one minute, half of each by chance; pauses that the API asks for are kept, up to the longer of
 * the source's interval and 15 minutes.
 */
final class Pacing {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration ASKED_LONGEST = Duration.ofMinutes(15);

  private final Clock clock;
  private final RandomGenerator random;
  private final Duration askedLongest;
  private Instant notBefore = Instant.MIN;
  private String reason = "";

  Pacing(ApiSource source, Clock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    this.askedLongest =
        source.interval().compareTo(ASKED_LONGEST) > 0 ? source.interval() : ASKED_LONGEST;
  }

  Instant now() {
    return clock.instant();
  }

  /** When the API may be asked; in the past if now. */
  Instant notBefore() {
    return notBefore;
  }

  boolean isOpen() {
    return !now().isBefore(notBefore);
  }

  /** What is waited for; null if for nothing. */
  @Nullable String waitingFor() {
    return isOpen() ? null : reason + " until " + notBefore;
  }

  /** Pauses after the given number of failures in a row. */
  void failed(int failures, String what) {
    pause(backoff(failures), what);
  }

  /** Pauses as long as the API asks, and no less than after that many failures. */
  void limited(Duration asked, int refusals) {
    Duration pause = asked.compareTo(askedLongest) > 0 ? askedLongest : asked;
    Duration floor = backoff(refusals);
    pause(pause.compareTo(floor) > 0 ? pause : floor, "the API's rate limit");
  }

  private Duration backoff(int failures) {
    Duration full = FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
    long nanos = (full.compareTo(LONGEST) > 0 ? LONGEST : full).toNanos();
    return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
  }

  private void pause(Duration length, String why) {
    notBefore = now().plus(length);
    reason = why;
  }
}
