package io.millrace.ingest;

import org.jspecify.annotations.Nullable;

/**
 * Where a source is.
 *
 * @param phase what it does now
 * @param rows rows read by the running snapshot or sync run
 * @param expectedRows how many that will be, an estimate; -1 if unknown
 * @param retainedLogBytes log that the source keeps for us; -1 if it has none
 * @param waitingFor what it waits for, null if for nothing but news
 */
public record SourceProgress(
    Phase phase, long rows, long expectedRows, long retainedLogBytes, @Nullable String waitingFor) {

  /** What a source does. */
  public enum Phase {
    OPENING,
    SNAPSHOT,
    STREAMING,
    SYNCING,
    IDLE
  }
}
