package io.millrace.changelog.cut;

import io.millrace.contracts.wire.OffsetRange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A record of the cut log as every reader sees it.
 *
 * @param number the record's offset
 * @param at its LogAppendTime, greatest so far: the time of the warehouse at this cut
 * @param source whose cut
 * @param valid whether it named its source's last valid cut; an invalid one has no ranges and moves
 *     nothing
 * @param to where its source is opened again
 * @param ranges topic -> ranges; empty if invalid
 * @param sourceCommittedAt what the source proved with it
 */
public record FoldedCut(
    long number,
    Instant at,
    String source,
    boolean valid,
    Optional<String> to,
    Map<String, List<OffsetRange>> ranges,
    Instant sourceCommittedAt) {}
