package io.millrace.lake;

/**
 * What compaction did.
 *
 * @param version the version it made, or the table's when there was nothing to do
 * @param filesBefore files replaced, 0 when there was nothing to do
 * @param filesAfter files in their place
 * @param bytesBefore size of the replaced files
 * @param bytesAfter size of those in their place
 * @param deadRows dead rows that are no longer stored
 */
public record Compacted(
    long version,
    long filesBefore,
    long filesAfter,
    long bytesBefore,
    long bytesAfter,
    long deadRows) {

  static Compacted nothing(long version) {
    return new Compacted(version, 0, 0, 0, 0, 0);
  }

  /** Whether there was nothing to do. */
  public boolean none() {
    return filesBefore == 0;
  }
}
