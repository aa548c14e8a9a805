package io.millrace.runtime;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the ingest service says of a source; the JSON of {@code /api/v1/sources}.
 *
 * @param source its name
 * @param kind cdc or api
 * @param state what it does: OPENING, SNAPSHOT, STREAMING, SYNCING, IDLE, RETRYING, STOPPED
 * @param cut its last valid cut, -1 before the first
 * @param position where it would be opened again
 * @param rows rows read by the running snapshot or sync run
 * @param expectedRows how many that will be, -1 if unknown
 * @param changes changes written since the service started
 * @param cuts cuts announced since the service started
 * @param retainedLogBytes log that the source keeps for us, -1 if it has none
 * @param committedAt what the source has proved
 * @param waitingFor what it waits for
 * @param error why it stopped
 */
public record SourceStatus(
    String source,
    String kind,
    String state,
    long cut,
    @Nullable String position,
    long rows,
    long expectedRows,
    long changes,
    long cuts,
    long retainedLogBytes,
    @Nullable Instant committedAt,
    @Nullable String waitingFor,
    @Nullable String error) {}
