package io.millrace.ingest.api;

import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceProgress;
import io.millrace.ingest.SourceProgress.Phase;
import io.millrace.ingest.SourceReader;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reads an API in sync runs: the first at once, each later one when the interval has passed since
 * the start of the one before. A run ends with an {@link SourceEvent.End} that carries the cursors
 * and the run's start; a run that fails has none, and what it emitted does not count.
 *
 * <p>One thread polls; {@link #progress} and {@link #close} may be called from any. At most one
 * page is held in memory.
 */
public final class ApiReader implements SourceReader {

  private final ApiSource source;
  private final Clock clock;
  private final Transport transport;
  private final Pacing pacing;
  private final PageBody bodies;
  private final ReaderMemory memory = new ReaderMemory();
  private final Queue<SourceEvent> ready = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();

  private ApiPosition reached;
  private Instant nextStart;
  private @Nullable SyncRun run;
  private @Nullable PageRequest request;
  private @Nullable PageFetch fetch;
  private volatile SourceProgress progress = new SourceProgress(Phase.OPENING, 0, -1, -1, null);
  private volatile boolean closed;

  /**
   * Opens a source.
   *
   * @param position of an {@link SourceEvent.End} of this source, or null to read all of it; also
   *     if the source has other resources now, or declares them otherwise, all of it is read again
   * @param secrets looks a secret up, with each request anew; empty while it is unset
   * @param clock times the runs and the pauses
   * @param random spreads the pauses after failures
   * @throws MillraceException ING-039 for a position of another kind of source
   */
  public ApiReader(
      ApiSource source,
      @Nullable String position,
      Function<Secret, Optional<String>> secrets,
      Clock clock,
      RandomGenerator random) {
    this.source = source;
    this.clock = clock;
    ApiPosition start = position == null ? ApiPosition.none() : ApiPosition.parse(position);
    this.reached = start.covers(source) ? start : ApiPosition.none();
    this.nextStart =
        reached.equals(ApiPosition.none())
            ? clock.instant()
            : reached.startedAt().plus(source.interval());
    this.pacing = new Pacing(source, clock, random);
    this.bodies = new PageBody(source.maxBodyBytes());
    this.transport = new Transport(source, secrets, this::wake);
  }

  @Override
  public @Nullable SourceEvent poll(Duration wait) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(wait);
    while (!closed) {
      if (ready.isEmpty()) {
        try {
          advance();
        } catch (MillraceException e) {
          // A request that close() cut off is no error.
          if (closed) {
            return null;
          }
          throw e;
        }
      }
      SourceEvent event = ready.poll();
      if (event != null) {
        return event;
      }
      if (!await(deadline)) {
        return null;
      }
    }
    return null;
  }

  /** Nothing is kept at the API for us. */
  @Override
  public void confirm(String position) {}

  @Override
  public SourceProgress progress() {
    return progress;
  }

  @Override
  public void close() {
    closed = true;
    transport.close();
    wake();
  }

  /** Does what can be done without waiting, up to the next events. */
  private void advance() {
    while (ready.isEmpty()) {
      if (run == null) {
        Instant now = clock.instant();
        if (now.isBefore(nextStart)) {
          report(Phase.IDLE, 0, "the next run at " + nextStart);
          return;
        }
        run = new SyncRun(source, reached, now, memory, ready);
        nextStart = now.plus(source.interval());
      }
      if (fetch == null && !ask(run)) {
        return;
      }
      if (fetch != null && !land(run, fetch)) {
        return;
      }
    }
  }

  /** Asks for the run's next page, or ends it; false when it is over. */
  private boolean ask(SyncRun current) {
    request = current.next();
    if (request == null) {
      reached = current.reached();
      ready.add(new SourceEvent.End(reached.text(), reached.startedAt()));
      run = null;
      report(Phase.IDLE, 0, "the next run at " + nextStart);
      return false;
    }
    fetch = new PageFetch(request, transport, pacing, bodies, source.attempts());
    return true;
  }

  /** Takes the answer, if it has come. */
  private boolean land(SyncRun current, PageFetch page) {
    Answer answer = page.advance();
    report(Phase.SYNCING, current.rows(), pacing.waitingFor());
    if (answer == null || request == null) {
      return false;
    }
    fetch = null;
    current.take(request, answer);
    report(Phase.SYNCING, current.rows(), null);
    return true;
  }

  private void report(Phase phase, long rows, @Nullable String waitingFor) {
    progress = new SourceProgress(phase, rows, -1, -1, waitingFor);
  }

  /** Waits for news until something can be done; false when the deadline came first. */
  private boolean await(long deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long idle = idleNanos();
        if (idle <= 0) {
          return true;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        // Whatever ended it: the clock need not run with the machine's, so look at both again.
        boolean _ = news.await(Math.min(idle, left), TimeUnit.NANOSECONDS);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How long nothing can be done. */
  private long idleNanos() {
    Transport.Flight flight = fetch == null ? null : fetch.flight();
    if (flight != null) {
      return flight.isOver() ? 0 : flight.remainingNanos();
    }
    Instant until = run == null ? nextStart : pacing.notBefore();
    Instant now = clock.instant();
    return until.isAfter(now) ? TimeUnit.NANOSECONDS.convert(Duration.between(now, until)) : 0;
  }

  private void wake() {
    lock.lock();
    try {
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
