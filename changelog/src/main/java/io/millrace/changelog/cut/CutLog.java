package io.millrace.changelog.cut;

import io.millrace.changelog.News;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.OffsetRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The cut log as folded from offset 0. A record is valid iff its {@code previous} is the number of
 * its source's last valid cut in this fold, so the log is a compare-and-swap: of two writers of one
 * source, all readers ignore the same one.
 *
 * <p>One thread appends, any number read and wait.
 */
public final class CutLog {
  private final News news;
  private final List<FoldedCut> cuts = new ArrayList<>();
  private final Map<String, FoldedCut> lastValid = new HashMap<>();
  private final Map<String, NavigableMap<Long, Instant>> committed = new HashMap<>();
  private final Map<String, NavigableMap<Long, FoldedCut>> byTopic = new HashMap<>();
  private final Map<String, NavigableMap<Long, FoldedCut>> bySource = new HashMap<>();

  /**
   * @param news told whenever the log has grown
   */
  public CutLog(News news) {
    this.news = news;
  }

  /**
   * Folds the next record.
   *
   * @throws MillraceException CL-050 when the log does not begin at offset 0 or has a gap
   */
  public synchronized void append(long offset, Instant logAppendTime, Cut cut) {
    if (offset < cuts.size()) {
      return;
    }
    if (offset != cuts.size()) {
      throw new MillraceException(
          ChangelogError.CL_050_CUT_LOG_GAP,
          "the cut log continues at offset "
              + offset
              + " where "
              + cuts.size()
              + " was due: records are missing. Restore the topic, or start a new warehouse.");
    }
    FoldedCut last = lastValid.get(cut.getSource());
    boolean valid = cut.getPrevious() == (last == null ? -1 : last.number());
    Instant at =
        cuts.isEmpty() || logAppendTime.isAfter(cuts.getLast().at())
            ? logAppendTime
            : cuts.getLast().at();
    FoldedCut folded =
        new FoldedCut(
            offset,
            at,
            cut.getSource(),
            valid,
            Optional.ofNullable(cut.getTo()),
            valid ? cut.getRanges() : Map.of(),
            cut.getSourceCommittedAt());
    cuts.add(folded);
    if (valid) {
      index(folded);
    }
    notifyAll();
    news.tell();
  }

  private void index(FoldedCut cut) {
    lastValid.put(cut.source(), cut);
    NavigableMap<Long, Instant> times =
        committed.computeIfAbsent(cut.source(), s -> new TreeMap<>());
    if (times.isEmpty() || cut.sourceCommittedAt().isAfter(times.lastEntry().getValue())) {
      times.put(cut.number(), cut.sourceCommittedAt());
    }
    bySource.computeIfAbsent(cut.source(), s -> new TreeMap<>()).put(cut.number(), cut);
    for (String topic : cut.ranges().keySet()) {
      byTopic.computeIfAbsent(topic, t -> new TreeMap<>()).put(cut.number(), cut);
    }
  }

  /** The offset that the next record will have: one more than the newest cut. */
  public synchronized long end() {
    return cuts.size();
  }

  /** The cut of that number, which must be below {@link #end()}. */
  public synchronized FoldedCut cut(long number) {
    return cuts.get(Math.toIntExact(number));
  }

  /** The last valid cut of a source. */
  public synchronized Optional<FoldedCut> last(String source) {
    return Optional.ofNullable(lastValid.get(source));
  }

  /** The first cut after {@code after} that has ranges of the topic. */
  public synchronized Optional<FoldedCut> nextWithRanges(String topic, long after) {
    return next(byTopic.get(topic), after);
  }

  /** The first valid cut of the source after {@code after}. */
  public synchronized Optional<FoldedCut> nextOf(String source, long after) {
    return next(bySource.get(source), after);
  }

  private static Optional<FoldedCut> next(
      @org.jspecify.annotations.Nullable NavigableMap<Long, FoldedCut> cuts, long after) {
    if (cuts == null) {
      return Optional.empty();
    }
    Map.Entry<Long, FoldedCut> entry = cuts.higherEntry(after);
    return entry == null ? Optional.empty() : Optional.of(entry.getValue());
  }

  /** Cuts with ranges of the topic that open an image, oldest first. */
  public synchronized List<FoldedCut> openings(String topic) {
    return byTopic.getOrDefault(topic, new TreeMap<>()).values().stream()
        .filter(
            c -> c.ranges().getOrDefault(topic, List.of()).stream().anyMatch(OffsetRange::getOpens))
        .toList();
  }

  /** The last cut whose {@code at} is before the boundary; known only once a later one is there. */
  public synchronized OptionalLong lastBefore(Instant boundary) {
    if (cuts.isEmpty() || cuts.getLast().at().isBefore(boundary)) {
      return OptionalLong.empty();
    }
    int low = 0;
    int high = cuts.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cuts.get(middle).at().isBefore(boundary)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? OptionalLong.empty() : OptionalLong.of(low - 1);
  }

  /** What the source had proved by this cut: its greatest sourceCommittedAt up to it. */
  public synchronized Optional<Instant> committedAt(String source, long cut) {
    NavigableMap<Long, Instant> times = committed.get(source);
    Map.Entry<Long, Instant> entry = times == null ? null : times.floorEntry(cut);
    return entry == null ? Optional.empty() : Optional.of(entry.getValue());
  }

  /**
   * The least of {@link #committedAt} over the sources; empty if one of them has not spoken yet.
   */
  public Optional<Instant> committedAt(Collection<String> sources, long cut) {
    Optional<Instant> least = Optional.empty();
    for (String source : sources) {
      Optional<Instant> one = committedAt(source, cut);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      if (least.isEmpty() || one.get().isBefore(least.get())) {
        least = one;
      }
    }
    return least;
  }

  /** Waits until the log holds offsets below {@code end}; false if it does not within the limit. */
  public synchronized boolean awaitEnd(long end, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (cuts.size() < end) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
