package io.millrace.dimension;

import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.Feed;
import java.sql.Connection;

/** Refuses a snapshot without rows: far more often a failed export than an empty source. */
final class EmptySnapshots {
  private EmptySnapshots() {}

  /**
   * Looks at what {@link InputRows} says of a version.
   *
   * @param existing relation of the dimension's rows
   * @throws MillraceException DIM-006
   */
  static void refuse(Connection duck, Dimension dimension, String existing) {
    if (dimension.feed() != Feed.REPLACED
        || Sql.number(duck, "SELECT count(*) FROM " + InputRows.STATES) > 0) {
      return;
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
    long gone = Sql.number(duck, "SELECT count(*) FROM " + InputRows.GONE);
    if (left == 0 && gone > 0) {
      throw new MillraceException(
          DimensionError.DIM_006_EMPTY_SNAPSHOT,
          "%s has no row left, which would end all %d members of %s. Load a whole snapshot; or, if none is right, take FROM SNAPSHOT out of its statement and run: millrace rebuild %s"
              .formatted(dimension.input(), gone, dimension.name(), dimension.name()));
    }
  }
}
