package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.shard.Lineage;
import io.millrace.shard.Shard;
import io.millrace.warehouse.Dimension;
import java.time.Instant;
import java.util.Comparator;
import java.util.Set;

/**
 * What time it is at a cut, for rows that carry none: the greatest commit time that the sources had
 * proved by then. A function of the cut log alone, so a replay says the same.
 */
final class Moments {
  private final Shard shard;
  private final Set<String> sources;

  Moments(Shard shard, Dimension dimension) {
    this.shard = shard;
    this.sources = Lineage.sources(shard.around().warehouse(), dimension.name());
  }

  /**
   * @param hasMembers whether the dimension holds members before this cut: rows of an opening cut
   *     into an empty dimension are its initial snapshot
   */
  InputRows.Moment at(long cut, boolean hasMembers) {
    Instant committedAt =
        sources.stream()
            .flatMap(source -> shard.around().cutLog().committedAt(source, cut).stream())
            .max(Comparator.naturalOrder())
            .orElse(Instant.EPOCH);
    return new InputRows.Moment(committedAt, !hasMembers && opens(cut));
  }

  private boolean opens(long cut) {
    if (cut < 0) {
      return false;
    }
    FoldedCut folded = shard.around().cutLog().cut(cut);
    return folded.ranges().values().stream()
        .flatMap(java.util.List::stream)
        .anyMatch(OffsetRange::getOpens);
  }
}
