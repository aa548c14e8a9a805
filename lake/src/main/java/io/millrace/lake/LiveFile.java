package io.millrace.lake;

import io.millrace.contracts.error.MillraceException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A data file of a version.
 *
 * @param ordinal our number of it, the {@code __file} of a mirror's rows
 * @param path as in the log: a URI, relative to the table unless absolute
 * @param partition values of its partition
 * @param statistics JSON text of the log, or null
 * @param rows all its rows, dead ones included; -1 when the statistics do not tell
 * @param vector where its dead rows are stored
 * @param dead its dead rows; not to be changed
 */
record LiveFile(
    long ordinal,
    String path,
    PartitionValues partition,
    long sizeBytes,
    long modifiedMillis,
    @Nullable String statistics,
    long rows,
    Optional<DeletionVector> vector,
    RoaringBitmap dead) {

  /** A file as it was just written. */
  static LiveFile of(DataFiles.Written written) {
    return new LiveFile(
        LiveFiles.ordinal(written.path()),
        written.path(),
        written.partition(),
        written.sizeBytes(),
        written.modifiedMillis(),
        written.statistics(),
        written.rows(),
        Optional.empty(),
        new RoaringBitmap());
  }

  /**
   * The same file, as the log lists it, with its dead rows.
   *
   * @throws MillraceException as {@link DeletionVector#read}
   */
  LiveFile withDeadRead(TableFolder table) {
    return vector.isEmpty()
        ? this
        : new LiveFile(
            ordinal,
            path,
            partition,
            sizeBytes,
            modifiedMillis,
            statistics,
            rows,
            vector,
            vector.get().read(table));
  }

  /** The same file with more dead rows. */
  LiveFile with(DeletionVector vector, RoaringBitmap dead) {
    return new LiveFile(
        ordinal,
        path,
        partition,
        sizeBytes,
        modifiedMillis,
        statistics == null ? null : FileStatistics.loose(statistics),
        rows,
        Optional.of(vector),
        dead);
  }

  /** Whether these rows would be all of it. */
  boolean allDead(RoaringBitmap dead) {
    return dead.getLongCardinality() == rows;
  }

  /** Whether it holds the same live rows in the same places. */
  boolean sameAs(@Nullable LiveFile other) {
    return other != null && path.equals(other.path) && vector.equals(other.vector);
  }

  /** Its dead rows' share of all, 0 to 1. */
  double deadShare() {
    return rows <= 0 ? 0 : (double) dead.getLongCardinality() / rows;
  }
}
