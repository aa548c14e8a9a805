package io.millrace.ingest;

import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.OffsetRange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The cuts of one source from when it is taken until it is given up: where it is opened, and what
 * is announced of it. A cut that has no position says that the source is to be read from its
 * beginning. Used by the source's loop.
 */
final class SourceCuts {
  private static final Logger LOG = Logger.getLogger("millrace.ingest");

  private final SourcePlan plan;
  private final CutLog log;
  private final Appending appending;
  private @Nullable FoldedCut last;

  /** Appends a cut, whatever the outcome, and returns when the log has been read back. */
  interface Appending {
    void append(Cut cut) throws InterruptedException;
  }

  /**
   * @param log read to its end
   */
  SourceCuts(SourcePlan plan, CutLog log, Appending appending) {
    this.plan = plan;
    this.log = log;
    this.appending = appending;
    this.last = log.last(plan.name()).orElse(null);
  }

  /** Whether anything was announced of the source yet. */
  boolean begun() {
    return last != null;
  }

  /** Whether a cut of that time proves more than the last one. */
  boolean isNews(Instant committedAt) {
    return last == null || committedAt.isAfter(last.sourceCommittedAt());
  }

  /**
   * Opens the source where the last cut says. If it cannot go on from there as a table of it is new
   * to the source, that is announced before anything of the source is given up: from then on every
   * opening is one at the beginning, until an image of it is announced.
   */
  SourceReader open() throws InterruptedException {
    Optional<String> from = last == null ? Optional.empty() : last.to();
    SourceReader reader;
    try {
      reader = plan.open(from);
    } catch (MillraceException e) {
      if (e.errorCode() != IngestError.ING_022_TABLE_NOT_CAPTURED_YET || from.isEmpty()) {
        throw e;
      }
      LOG.infof("source %s is read anew: %s", plan.name(), e.getMessage());
      from = Optional.empty();
      var _ = announce(from, Instant.EPOCH, Map.of());
      reader = plan.open(from);
    }
    LOG.infof("source %s opened at %s", plan.name(), from.orElse("its beginning"));
    return reader;
  }

  /**
   * Announces what was read up to an End.
   *
   * @throws MillraceException ING-050 when another cut came first, or none came
   */
  FoldedCut announce(SourceEvent.End end, Map<String, List<OffsetRange>> ranges)
      throws InterruptedException {
    return announce(Optional.of(end.position()), end.committedAt(), ranges);
  }

  /** Announces once more what the last cut proved; there must be one. */
  void repeat() throws InterruptedException {
    var _ = announce(Objects.requireNonNull(last).to(), Instant.EPOCH, Map.of());
  }

  /** Appends the cut and reads the log back: only there it shows whether it is valid. */
  private FoldedCut announce(
      Optional<String> to, Instant committedAt, Map<String, List<OffsetRange>> ranges)
      throws InterruptedException {
    long previous = last == null ? -1 : last.number();
    Instant proved =
        last != null && last.sourceCommittedAt().isAfter(committedAt)
            ? last.sourceCommittedAt()
            : committedAt;
    appending.append(new Cut(plan.name(), previous, to.orElse(null), ranges, proved));
    FoldedCut folded =
        log.nextOf(plan.name(), previous)
            .filter(f -> f.ranges().equals(ranges) && f.to().equals(to))
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
    return folded;
  }
}
