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
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The cut log as folded from offset 0. A record is valid iff its {@code previous} is the number of
 * its source's last valid cut in this fold, so the log is a compare-and-swap: of two writers of one
 * source, all readers ignore the same one.
 *
 * <p>The log lasts for ever, memory does not: the newest cuts are held whole, and of older ones
 * only their times, those that open an image and those of operators; the rest is read again from
 * the log when a table far behind asks for it.
 *
 * <p>One thread appends, any number read and wait.
 */
public final class CutLog {
  private static final int HELD = 10_000;
  private static final int BLOCK = 2_048;
  private static final Duration PROOF_INTERVAL = Duration.ofMinutes(1);
  private static final String OPERATOR = "operator.";

  private final News news;
  private final int held;
  private final @Nullable OlderCuts older;
  private final CutTimes times = new CutTimes();
  private final Set<Long> invalid = new HashSet<>();
  private final NavigableMap<Long, FoldedCut> cuts = new TreeMap<>();
  private final Map<String, FoldedCut> lastValid = new HashMap<>();
  private final Map<String, NavigableMap<Long, Instant>> committed = new HashMap<>();
  private final Map<String, NavigableMap<Long, FoldedCut>> byTopic = new HashMap<>();
  private final Map<String, NavigableMap<Long, FoldedCut>> bySource = new HashMap<>();
  private final Map<String, List<FoldedCut>> openings = new HashMap<>();
  private long firstHeld;

  /**
   * A log that holds every cut.
   *
   * @param news told whenever the log has grown
   */
  public CutLog(News news) {
    this.news = news;
    this.held = Integer.MAX_VALUE;
    this.older = null;
  }

  /**
   * @param news told whenever the log has grown
   * @param archive where cuts that are no longer held are read again
   */
  public CutLog(News news, CutArchive archive) {
    this(news, archive, HELD, BLOCK);
  }

  CutLog(News news, CutArchive archive, int held, int block) {
    this.news = news;
    this.held = held;
    this.older = new OlderCuts(archive, block);
  }

  /**
   * Folds the next record.
   *
   * @throws MillraceException CL-050 when the log does not begin at offset 0 or has a gap
   */
  public synchronized void append(long offset, Instant logAppendTime, Cut cut) {
    if (offset < times.size()) {
      return;
    }
    if (offset != times.size()) {
      throw new MillraceException(
          ChangelogError.CL_050_CUT_LOG_GAP,
          "the cut log continues at offset "
              + offset
              + " where "
              + times.size()
              + " was due: records are missing. Restore the topic, or start a new warehouse.");
    }
    FoldedCut last = lastValid.get(cut.getSource());
    boolean valid = cut.getPrevious() == (last == null ? -1 : last.number());
    FoldedCut folded = folded(offset, times.add(logAppendTime), valid, cut);
    cuts.put(offset, folded);
    if (valid) {
      index(folded);
    } else {
      invalid.add(offset);
    }
    if (times.size() - firstHeld >= 2L * held) {
      release(times.size() - held);
    }
    notifyAll();
    news.tell();
  }

  private static FoldedCut folded(long number, Instant at, boolean valid, Cut cut) {
    return new FoldedCut(
        number,
        at,
        cut.getSource(),
        valid,
        Optional.ofNullable(cut.getTo()),
        valid ? cut.getRanges() : Map.of(),
        cut.getSourceCommittedAt());
  }

  private void index(FoldedCut cut) {
    lastValid.put(cut.source(), cut);
    NavigableMap<Long, Instant> proofs =
        committed.computeIfAbsent(cut.source(), s -> new TreeMap<>());
    if (proofs.isEmpty() || cut.sourceCommittedAt().isAfter(proofs.lastEntry().getValue())) {
      proofs.put(cut.number(), cut.sourceCommittedAt());
    }
    bySource.computeIfAbsent(cut.source(), s -> new TreeMap<>()).put(cut.number(), cut);
    cut.ranges()
        .forEach((topic, ranges) -> {
          byTopic.computeIfAbsent(topic, t -> new TreeMap<>()).put(cut.number(), cut);
          if (ranges.stream().anyMatch(OffsetRange::getOpens)) {
            openings.computeIfAbsent(topic, t -> new ArrayList<>()).add(cut);
          }
        });
  }

  /** Lets go of the cuts before {@code first}, and of all but one proof a minute. */
  private void release(long first) {
    cuts.headMap(first).clear();
    byTopic.values().forEach(m -> m.headMap(first).clear());
    bySource.forEach((source, m) -> {
      if (!source.startsWith(OPERATOR)) {
        m.headMap(first).clear();
      }
    });
    for (NavigableMap<Long, Instant> proofs : committed.values()) {
      thin(proofs.subMap(Math.max(0, firstHeld - 1), true, first, false).values().iterator());
    }
    firstHeld = first;
  }

  private static void thin(Iterator<Instant> proofs) {
    Instant kept = Instant.MIN;
    while (proofs.hasNext()) {
      Instant next = proofs.next();
      if (kept.equals(Instant.MIN) || !next.isBefore(kept.plus(PROOF_INTERVAL))) {
        kept = next;
      } else {
        proofs.remove();
      }
    }
  }

  /** The offset that the next record will have: one more than the newest cut. */
  public synchronized long end() {
    return times.size();
  }

  /** The cut of that number, which must be below {@link #end()}. */
  public synchronized FoldedCut cut(long number) {
    FoldedCut cut = cuts.get(number);
    return cut != null ? cut : again(number);
  }

  private FoldedCut again(long number) {
    if (older == null || number < 0 || number >= firstHeld) {
      throw new IllegalArgumentException("the log has no cut " + number);
    }
    return folded(number, times.at(number), !invalid.contains(number), older.get(number));
  }

  /** The time of a cut, as {@link FoldedCut#at}. */
  public synchronized Instant timeOf(long number) {
    return times.at(number);
  }

  /** The last valid cut of a source. */
  public synchronized Optional<FoldedCut> last(String source) {
    return Optional.ofNullable(lastValid.get(source));
  }

  /** The first cut after {@code after} that has ranges of the topic. */
  public synchronized Optional<FoldedCut> nextWithRanges(String topic, long after) {
    for (long number = after + 1; number < firstHeld; number++) {
      FoldedCut cut = again(number);
      if (cut.ranges().containsKey(topic)) {
        return Optional.of(cut);
      }
    }
    return next(byTopic.get(topic), after);
  }

  /**
   * The first valid cut of the source after {@code after}. Of any source but an operator, only the
   * newest cuts are looked at.
   */
  public synchronized Optional<FoldedCut> nextOf(String source, long after) {
    return next(bySource.get(source), after);
  }

  private static Optional<FoldedCut> next(
      @Nullable NavigableMap<Long, FoldedCut> cuts, long after) {
    if (cuts == null) {
      return Optional.empty();
    }
    Map.Entry<Long, FoldedCut> entry = cuts.higherEntry(after);
    return entry == null ? Optional.empty() : Optional.of(entry.getValue());
  }

  /** Cuts with ranges of the topic that open an image, oldest first. */
  public synchronized List<FoldedCut> openings(String topic) {
    return List.copyOf(openings.getOrDefault(topic, List.of()));
  }

  /** The last cut whose {@code at} is before the boundary; known only once a later one is there. */
  public synchronized OptionalLong lastBefore(Instant boundary) {
    long before = times.before(boundary);
    return before == 0 || before == times.size()
        ? OptionalLong.empty()
        : OptionalLong.of(before - 1);
  }

  /**
   * What the source had proved by this cut: its greatest sourceCommittedAt up to it. For a cut that
   * is no longer held it may be up to a minute less.
   */
  public synchronized Optional<Instant> committedAt(String source, long cut) {
    NavigableMap<Long, Instant> proofs = committed.get(source);
    Map.Entry<Long, Instant> entry = proofs == null ? null : proofs.floorEntry(cut);
    return entry == null ? Optional.empty() : Optional.of(entry.getValue());
  }

  /**
   * The least of {@link #committedAt} over the sources; empty if one of them has not spoken yet.
   * What is made from no source is complete at every cut: then it is the time of the cut.
   */
  public synchronized Optional<Instant> committedAt(Collection<String> sources, long cut) {
    if (sources.isEmpty()) {
      long held = Math.min(cut, times.size() - 1);
      return held < 0 ? Optional.empty() : Optional.of(times.at(held));
    }
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
    while (times.size() < end) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
