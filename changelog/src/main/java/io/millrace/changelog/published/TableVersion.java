package io.millrace.changelog.published;

import io.millrace.contracts.wire.OffsetRange;
import java.util.List;
import java.util.Optional;

/**
 * A published version of a table.
 *
 * @param tableId the Delta table's id
 * @param after the published version before it, -1 if none
 * @param version the Delta version
 * @param cut the cut that the version shows
 * @param ranges where its changes lie on the table's topic; empty: in the table's change feed
 */
public record TableVersion(
    String tableId, long after, long version, long cut, Optional<List<OffsetRange>> ranges) {}
