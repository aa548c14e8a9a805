package io.millrace.ingest;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.time.Clock;
import java.time.Duration;
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
        } catch (RuntimeException | Error e) {
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
   * Reports the error; returns when the source may be taken again, never for one that must stop. A
   * row that would be set aside elsewhere is one: here it has no offset yet.
   */
  private void giveUp(MillraceException error, Retry retry) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("while reading source " + plan.name());
    }
    if (error.errorCode().response() != ErrorCode.Response.RETRY) {
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
  private MillraceException unexpected(Throwable cause) {
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
      SourceCuts cuts =
          new SourceCuts(plan, around.cutLog(), cut -> around.append(cut, APPEND_LIMIT));
      pace.closed();
      try (SourceReader reader = cuts.open()) {
        follow(reader, cuts, around.rawWriter(plan, writer), writer, retry);
      }
    }
  }

  private void follow(
      SourceReader reader, SourceCuts cuts, RawWriter raw, RangeWriter writer, Retry retry)
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
      writer.commitIfLong();
      if (end != null && due(end, cuts, writer.pending() > 0)) {
        FoldedCut cut = cuts.announce(end, writer.finish());
        pace.closed();
        reader.confirm(end.position());
        board.announced(cut);
        retry.reset();
        end = null;
      } else if (cuts.begun() && pace.revealDue(around.newestCut())) {
        cuts.repeat();
      }
      board.progress(reader.progress(), raw.changes());
      if (Thread.interrupted()) {
        throw new InterruptedException("while reading source " + plan.name());
      }
    }
  }

  /** A cut with changes is due after the cut interval, one without as a sign of life. */
  private boolean due(SourceEvent.End end, SourceCuts cuts, boolean changes) {
    if (changes) {
      return pace.due();
    }
    return !cuts.begun() || (pace.heartbeatDue() && cuts.isNews(end.committedAt()));
  }
}
