package io.millrace.runtime;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Which loops are alive: those that say so, and those whose thread computes. A statement may take
 * DuckDB longer than any limit, and a service that is ended for it would begin the same statement
 * again; a loop that waits for ever computes nothing. Safe for all threads.
 */
final class Heartbeats {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long WORK_NANOS = Duration.ofMillis(100).toNanos();

  private final Clock clock;
  private final Map<String, Beat> beats = new ConcurrentSkipListMap<>();

  /**
   * A sign of life.
   *
   * @param at when
   * @param thread id of the loop's thread
   * @param cpuNanos what the thread had computed by then; -1 where the machine does not tell
   */
  private record Beat(Instant at, long thread, long cpuNanos) {}

  Heartbeats(Clock clock) {
    this.clock = clock;
  }

  /** The loop, which calls this, is alive. */
  void beat(String loop) {
    long thread = Thread.currentThread().threadId();
    beats.put(loop, new Beat(clock.instant(), thread, THREADS.getThreadCpuTime(thread)));
  }

  /** A loop has ended on purpose. */
  void ended(String loop) {
    beats.remove(loop);
  }

  /** The loop that has been silent for longest, with the time of its last sign of life. */
  Optional<Map.Entry<String, Instant>> mostSilent() {
    beats.replaceAll((loop, beat) -> now(beat));
    return beats.entrySet().stream()
        .map(e -> Map.entry(e.getKey(), e.getValue().at()))
        .min(Map.Entry.comparingByValue());
  }

  private Beat now(Beat beat) {
    long cpuNanos = THREADS.getThreadCpuTime(beat.thread());
    return cpuNanos - beat.cpuNanos() > WORK_NANOS
        ? new Beat(clock.instant(), beat.thread(), cpuNanos)
        : beat;
  }
}
