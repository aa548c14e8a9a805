package io.millrace.lake;

import java.util.List;

/**
 * What compaction is to reach.
 *
 * @param fileBytes size that new files are to have
 * @param smallBytes files below it are packed together
 * @param deadShare share of dead rows, 0 to 1, from which a file is written anew without them
 * @param smallFilesMax compaction is due above so many small files
 * @param clusterBy columns that all rows of the table are ordered by, several along a Z-curve;
 *     empty to leave large files as they are and to order packed rows by the table's key
 * @param gradual whether a small file waits until those smaller than it are as large together: then
 *     a row is written anew only as often as the files double, and what is written follows what has
 *     changed, not the table (the size ratio of tiered merges in LSM trees)
 */
public record CompactionGoal(
    long fileBytes,
    long smallBytes,
    double deadShare,
    int smallFilesMax,
    List<String> clusterBy,
    boolean gradual) {
  /** More makes writing dearer, less leaves deletion vectors for longer, which readers pay for. */
  private static final int TIMES_LARGER = 16;

  public CompactionGoal {
    clusterBy = List.copyOf(clusterBy);
  }

  /** Of all small files at once. */
  public CompactionGoal(
      long fileBytes,
      long smallBytes,
      double deadShare,
      int smallFilesMax,
      List<String> clusterBy) {
    this(fileBytes, smallBytes, deadShare, smallFilesMax, clusterBy, false);
  }

  /** 128 MB files out of those below 32 MB; rewritten from 20 % dead; due above 100 small ones. */
  public static CompactionGoal usual() {
    return new CompactionGoal(128L << 20, 32L << 20, 0.2, 100, List.of());
  }

  /** As usual, but gradually: for a service that compacts its tables amid its work. */
  public static CompactionGoal amidWork() {
    CompactionGoal usual = usual();
    return new CompactionGoal(
        usual.fileBytes, usual.smallBytes, usual.deadShare, usual.smallFilesMax, List.of(), true);
  }

  /** The same, with all rows of the table ordered by columns. */
  public CompactionGoal clusteredBy(List<String> columns) {
    return new CompactionGoal(fileBytes, smallBytes, deadShare, smallFilesMax, columns, gradual);
  }

  /** Whether a file of this size is packed with smaller ones of that size together. */
  boolean ripe(long bytes, long bytesOfSmaller) {
    return !gradual || bytes <= TIMES_LARGER * bytesOfSmaller;
  }

  boolean small(LiveFile file) {
    return file.sizeBytes() < smallBytes;
  }

  boolean worn(LiveFile file) {
    return file.deadShare() >= deadShare;
  }
}
