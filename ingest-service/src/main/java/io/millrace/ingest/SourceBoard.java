package io.millrace.ingest;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.runtime.SourceStatus;
import io.millrace.runtime.StatusBoard;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What one source says of itself on the status board. Used by the source's loop. */
final class SourceBoard {
  private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StatusBoard board;
  private final SourcePlan plan;
  private @Nullable FoldedCut cut;
  private SourceProgress progress =
      new SourceProgress(SourceProgress.Phase.OPENING, 0, -1, -1, null);
  private long changes;
  private long cuts;
  private long shownNanos;

  SourceBoard(StatusBoard board, SourcePlan plan) {
    this.board = board;
    this.plan = plan;
    show(progress.phase().name(), null);
  }

  /** Shown at most once a second. */
  void progress(SourceProgress now, long changesWritten) {
    progress = now;
    changes = changesWritten;
    if (System.nanoTime() - shownNanos > BEAT_NANOS) {
      show(now.phase().name(), null);
    }
  }

  void announced(FoldedCut folded) {
    cut = folded;
    cuts++;
  }

  void retrying(@Nullable String error) {
    show("RETRYING", error);
  }

  void stopped(@Nullable String error) {
    show("STOPPED", error);
  }

  void ended() {
    board.ended(loop());
  }

  /** Keeps saying that the loop is alive, though it has nothing left to do. */
  void idleUntilInterrupted() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    while (!never.await(10, TimeUnit.SECONDS)) {
      board.beat(loop());
    }
  }

  private String loop() {
    return "source " + plan.name();
  }

  private void show(String state, @Nullable String error) {
    shownNanos = System.nanoTime();
    board.beat(loop());
    board.source(
        new SourceStatus(
            plan.name(),
            plan.kind(),
            state,
            cut == null ? -1 : cut.number(),
            cut == null ? null : cut.to().orElse(null),
            progress.rows(),
            progress.expectedRows(),
            changes,
            cuts,
            progress.retainedLogBytes(),
            cut == null ? null : cut.sourceCommittedAt(),
            progress.waitingFor(),
            error));
  }
}
