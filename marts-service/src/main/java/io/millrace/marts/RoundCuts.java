package io.millrace.marts;

import io.millrace.changelog.cut.CutLog;
import io.millrace.warehouse.TargetLag;
import java.time.Instant;
import java.util.Collection;
import java.util.OptionalLong;

/**
 * The cuts at which dynamic tables are refreshed, a function of the cut log alone: a table of lag L
 * is refreshed at the last cut before a multiple of its P, {@link TargetLag#period}, on the log's
 * time. A table that is behind skips multiples of its own P, but never one of a coarser P in use:
 * so any two tables share cuts.
 */
final class RoundCuts {
  private final CutLog log;

  RoundCuts(CutLog log) {
    this.log = log;
  }

  /**
   * The next round cut of a table.
   *
   * @param after the cut that the table was last refreshed at
   * @param reach the cut that all its inputs have reached
   * @param least cuts before it are no longer to be had
   * @param period the table's P
   * @param periods all P in use
   */
  OptionalLong next(long after, long reach, long least, long period, Collection<Long> periods) {
    if (reach <= after) {
      return OptionalLong.empty();
    }
    Instant from = after < 0 ? Instant.EPOCH : log.timeOf(after);
    long last = Math.floorDiv(log.timeOf(reach).getEpochSecond(), period) * period + period;
    OptionalLong newest = OptionalLong.empty();
    long boundary = last;
    while (boundary > from.getEpochSecond() && newest.isEmpty()) {
      newest = within(boundary, after, reach, least);
      boundary -= newest.isEmpty() ? period : 0;
      if (newest.isEmpty() && last - boundary > period * 4096) {
        return OptionalLong.empty();
      }
    }
    if (newest.isEmpty()) {
      return newest;
    }
    return coarserBefore(boundary, after, reach, least, period, periods).orElse(newest);
  }

  /** The first cut of a coarser P that a jump to the boundary would skip. */
  private java.util.Optional<OptionalLong> coarserBefore(
      long boundary, long after, long reach, long least, long period, Collection<Long> periods) {
    if (after < 0) {
      return java.util.Optional.empty();
    }
    long from = log.timeOf(after).getEpochSecond();
    long first = Long.MAX_VALUE;
    for (long coarser : periods) {
      if (coarser > period) {
        for (long b = (Math.floorDiv(from, coarser) + 1) * coarser; b < boundary; b += coarser) {
          if (within(b, after, reach, least).isPresent()) {
            first = Math.min(first, b);
            break;
          }
        }
      }
    }
    return first == Long.MAX_VALUE
        ? java.util.Optional.empty()
        : java.util.Optional.of(within(first, after, reach, least));
  }

  /**
   * The newest of these cuts that lies in the same period as {@code reach} and not behind it: what
   * a table without rows yet begins at, to be read together with those that show it already.
   */
  OptionalLong joining(Collection<Long> shown, long reach, long period) {
    long current = Math.floorDiv(log.timeOf(reach).getEpochSecond(), period);
    return shown.stream()
        .mapToLong(Long::longValue)
        .filter(cut -> cut <= reach)
        .filter(cut -> Math.floorDiv(log.timeOf(cut).getEpochSecond(), period) == current)
        .max();
  }

  private OptionalLong within(long boundarySecond, long after, long reach, long least) {
    OptionalLong cut = log.lastBefore(Instant.ofEpochSecond(boundarySecond));
    return cut.isPresent()
            && cut.getAsLong() > after
            && cut.getAsLong() <= reach
            && cut.getAsLong() >= least
        ? cut
        : OptionalLong.empty();
  }
}
