package io.millrace.dimension;

import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.Feed;
import java.sql.Connection;

/**
 * Snapshots without rows: far more often a failed export than an empty source. What the next one
 * says of the members counts, not what lies between.
 */
final class EmptySnapshots {
  private EmptySnapshots() {}

  /**
   * Whether what {@link InputRows} says of a version would end all members.
   *
   * @param existing relation of the dimension's rows
   */
  static boolean endsAll(Connection duck, Dimension dimension, String existing) {
    if (dimension.feed() != Feed.REPLACED
        || Sql.number(duck, "SELECT count(*) FROM " + InputRows.STATES) > 0) {
      return false;
    }
    long left =
        Sql.number(
            duck,
            "SELECT count(*) FROM %s e ANTI JOIN %s g ON %s WHERE e.is_current AND e.%s > 0%s"
                .formatted(
                    existing,
                    InputRows.GONE,
                    InputRows.equal(dimension.keys(), "e", "g"),
                    Sql.name(dimension.surrogateKey()),
                    Floors.without(dimension)));
    return left == 0 && Sql.number(duck, "SELECT count(*) FROM " + InputRows.GONE) > 0;
  }

  /** The error of an empty snapshot behind which no other has come yet. */
  static MillraceException last(Dimension dimension) {
    return new MillraceException(
        DimensionError.DIM_006_EMPTY_SNAPSHOT,
        "%s has no row left, which would end all members of %s. Load a whole snapshot, with which the table goes on; or, if none is right, take FROM SNAPSHOT out of its statement and run: millrace rebuild %2$s"
            .formatted(dimension.input(), dimension.name()));
  }
}
