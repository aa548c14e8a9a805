package io.millrace.dimension;

import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;

/** Refuses a surrogate key for two members or versions: facts would point to both. */
final class KeyCollisions {
  private KeyCollisions() {}

  /**
   * Checks {@link Members#WANTED} in itself, and against the rows of all other natural keys.
   *
   * @param existing relation with the dimension's columns, as for {@link Members#apply}
   * @throws MillraceException DIM-001
   */
  static void refuse(Connection duck, Dimension dimension, String existing) {
    String sk = Sql.name(dimension.surrogateKey());
    long found =
        Sql.number(
            duck,
            """
            SELECT (SELECT count(*) - count(DISTINCT %1$s) FROM %2$s)
              + (SELECT count(*) FROM %2$s AS w JOIN %3$s AS e ON e.%1$s = w.%1$s WHERE NOT (%4$s))
            """
                .formatted(
                    sk, Members.WANTED, existing, InputRows.equal(dimension.keys(), "w", "e")));
    if (found > 0) {
      throw new MillraceException(
          DimensionError.DIM_001_KEY_COLLISION,
          "two members or versions of table %s would have one surrogate key, so nothing is written. Add a column to its KEYS, which gives other keys, and run: millrace rebuild %1$s"
              .formatted(dimension.name()));
    }
  }
}
