package io.millrace.runtime;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a service says of a table; the JSON of {@code /api/v1/tables}.
 *
 * @param table schema.name
 * @param state what it does
 * @param rows rows that readers see
 * @param version Delta version, -1 before it exists
 * @param through the cut it is right through, -1 before its first
 * @param dataTime source time up to which it is complete
 * @param lagMillis now minus dataTime; null before the first cut
 * @param targetLagMillis the promise
 * @param lastRefresh when it last changed or was found unchanged at a cut
 * @param refreshes steps that ended since the service started
 * @param withheld rows kept back
 * @param path where readers find it
 * @param waitingFor what it waits for
 * @param error why it stopped, or, while it runs, why the last order was refused
 */
public record TableStatus(
    String table,
    State state,
    long rows,
    long version,
    long through,
    @Nullable Instant dataTime,
    @Nullable Long lagMillis,
    long targetLagMillis,
    @Nullable Instant lastRefresh,
    long refreshes,
    long withheld,
    String path,
    @Nullable String waitingFor,
    @Nullable String error) {

  /** What a table does. */
  public enum State {
    STARTING,
    RUNNING,
    RETRYING,
    STOPPED
  }
}
