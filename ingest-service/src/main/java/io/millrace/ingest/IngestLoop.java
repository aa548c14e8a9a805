package io.millrace.ingest;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.OffsetRange;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The loop of one source: <em>read -> write -> announce -> confirm</em>.
 *
 * <p>Taking a source fences every other writer of it, then reads the cut log to its end, then opens
 * the source where its last valid cut says. A cut closes at an End of the source when the cut
 * interval has passed; position and announcement are one record, so nothing is taken twice. A cut
 * that turns out not to be valid, or any error, gives the source up: close everything, pause, take
 * it again from the log.
 */
final class IngestLoop implements Runnable {
  private static final Logger LOG = Logger.getLogger("millrace.ingest");
  private static final Duration APPEND_LIMIT = Duration.ofSeconds(30);
  private static final Duration GIVE_UP_PAUSE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);

  private final SourcePlan plan;
  private final IngestSurroundings around;
  private final SourceBoard board;
  private final CutPace pace;

  private @Nullable FoldedCut last;
  private @Nullable Instant proved;

  IngestLoop(SourcePlan plan, IngestSurroundings around, SourceBoard board) {
    this.plan = plan;
    this.around = around;
    this.board = board;
    this.pace =
        new CutPace(
            plan.cutInterval(),
            plan.heartbeat(),
            plan.round(),
            Clock.systemUTC(),
            System::nanoTime);
  }

  /** The source's name. */
  String name() {
    return plan.name();
  }

  @Override
  public void run() {
    Retry retry = new Retry();
    try {
      while (true) {
        try {
          takeAndFollow(retry);
        } catch (MillraceException e) {
          giveUp(e, retry);
        } catch (RuntimeException e) {
          giveUp(unexpected(e), retry);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      board.ended();
    }
  }

  /**
   * Reports the error; returns when the source may be taken again, never for one that must stop.
   */
  private void giveUp(MillraceException error, Retry retry) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("while reading source " + plan.name());
    }
    if (error.errorCode().response() == ErrorCode.Response.STOP) {
      LOG.errorf("source %s stopped: %s", plan.name(), error.getMessage());
      board.stopped(error.getMessage());
      board.idleUntilInterrupted();
    }
    Duration pause =
        error.errorCode() == IngestError.ING_050_CUT_NOT_VALID ? GIVE_UP_PAUSE : retry.next();
    LOG.warnf("source %s given up for %s: %s", plan.name(), pause, error.getMessage());
    LOG.debug("cause", error);
    board.retrying(error.getMessage());
    Retry.pause(pause);
  }

  /** A loop must not end in silence: whatever it was, the source is given up and taken again. */
  private MillraceException unexpected(RuntimeException cause) {
    LOG.error("source " + plan.name() + " failed", cause);
    return new MillraceException(
        IngestError.ING_052_UNEXPECTED,
        "source "
            + plan.name()
            + " failed with "
            + cause.getClass().getSimpleName()
            + ", which no code was made for; its log has the cause. Nothing of it was announced.",
        cause);
  }

  private void takeAndFollow(Retry retry) throws InterruptedException {
    try (RangeWriter writer = around.writer(plan.name())) {
      around.awaitCutLogEnd();
      last = around.cutLog().last(plan.name()).orElse(null);
      proved = last == null ? null : last.sourceCommittedAt();
      pace.closed();
      Optional<String> from = last == null ? Optional.empty() : last.to();
      try (SourceReader reader = plan.open(from)) {
        LOG.infof("source %s opened at %s", plan.name(), from.orElse("its beginning"));
        follow(reader, around.rawWriter(plan, writer), writer, retry);
      }
    }
  }

  private void follow(SourceReader reader, RawWriter raw, RangeWriter writer, Retry retry)
      throws InterruptedException {
    SourceEvent.@Nullable End end = null;
    while (true) {
      SourceEvent event = reader.poll(POLL);
      switch (event) {
        case null -> {}
        case SourceEvent.End here -> end = here;
        case SourceEvent.Shape shape -> raw.shape(shape);
        case SourceEvent.Opening opening -> {
          end = null;
          raw.open(opening);
        }
        case SourceEvent.Change change -> {
          end = null;
          raw.write(change);
        }
      }
      if (end != null && due(end, writer.pending() > 0)) {
        FoldedCut cut = announce(end, writer.finish());
        pace.closed();
        reader.confirm(end.position());
        board.announced(cut);
        retry.reset();
        end = null;
      } else if (last != null && pace.revealDue(around.newestCut())) {
        announce(new SourceEvent.End(last.to().orElseThrow(), last.sourceCommittedAt()), Map.of());
      }
      board.progress(reader.progress(), raw.changes());
      if (Thread.interrupted()) {
        throw new InterruptedException("while reading source " + plan.name());
      }
    }
  }

  /** A cut with changes is due after the cut interval, one without as a sign of life. */
  private boolean due(SourceEvent.End end, boolean changes) {
    if (changes) {
      return pace.due();
    }
    return proved == null || (pace.heartbeatDue() && end.committedAt().isAfter(proved));
  }

  /**
   * Appends the cut and reads the log back: only there it shows whether it is valid.
   *
   * @throws MillraceException ING-050 when another cut came first, or none came
   */
  private FoldedCut announce(SourceEvent.End end, Map<String, List<OffsetRange>> ranges)
      throws InterruptedException {
    long previous = last == null ? -1 : last.number();
    Instant committedAt =
        proved != null && proved.isAfter(end.committedAt()) ? proved : end.committedAt();
    Cut cut = new Cut(plan.name(), previous, end.position(), ranges, committedAt);
    around.append(cut, APPEND_LIMIT);
    FoldedCut folded =
        around
            .cutLog()
            .nextOf(plan.name(), previous)
            .filter(f -> f.ranges().equals(ranges) && f.to().equals(Optional.of(end.position())))
            .orElseThrow(() ->
                new MillraceException(
                    IngestError.ING_050_CUT_NOT_VALID,
                    "the cut of source "
                        + plan.name()
                        + " after "
                        + previous
                        + " is not the valid one in the log: another instance reads this source,"
                        + " or the broker lost the record. Run one ingest per source; this one"
                        + " starts again from the log in 30 s."));
    last = folded;
    proved = committedAt;
    return folded;
  }
}
