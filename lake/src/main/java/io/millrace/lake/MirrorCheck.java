package io.millrace.lake;

import java.math.BigInteger;
import java.sql.Connection;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds a mirror against the log: of every file, how many rows it has and the sum of their numbers
 * and of the squares of these. Values never change at a place, so the right places are the right
 * rows. Reads two columns of the mirror and nothing of the lake.
 */
record MirrorCheck(DeltaTable table) {

  /** What is compared of a file. */
  private record Places(BigInteger count, BigInteger sum, BigInteger squares) {}

  /** False also when the log does not tell how many rows a file has. */
  boolean fits(Connection duck, String relation) {
    Map<Long, Places> expected = new HashMap<>();
    for (LiveFile file : table.scan().files()) {
      if (file.rows() < 0) {
        return false;
      }
      Places places = places(file);
      if (places.count().signum() > 0) {
        expected.put(file.ordinal(), places);
      }
    }
    return expected.equals(found(duck, relation));
  }

  private static Map<Long, Places> found(Connection duck, String relation) {
    return Sql.query(
        duck,
        "SELECT __file, count(*), CAST(sum(__row) AS VARCHAR), CAST(sum(__row::HUGEINT * __row) AS"
            + " VARCHAR) FROM "
            + relation
            + " GROUP BY ALL",
        rows -> {
          Map<Long, Places> found = new HashMap<>();
          while (rows.next()) {
            found.put(
                rows.getLong(1),
                new Places(
                    BigInteger.valueOf(rows.getLong(2)),
                    new BigInteger(rows.getString(3)),
                    new BigInteger(rows.getString(4))));
          }
          return found;
        });
  }

  /** All row numbers from 0 less the dead ones. */
  private static Places places(LiveFile file) {
    BigInteger n = BigInteger.valueOf(file.rows());
    BigInteger before = n.subtract(BigInteger.ONE);
    BigInteger sum = n.multiply(before).shiftRight(1);
    BigInteger squares = n.multiply(before).multiply(before.add(n)).divide(BigInteger.valueOf(6));
    long deadSum = 0;
    BigInteger deadSquares = BigInteger.ZERO;
    for (long row : DeletionVector.rows(file.dead())) {
      deadSum += row;
      deadSquares = deadSquares.add(BigInteger.valueOf(row * row));
    }
    return new Places(
        n.subtract(BigInteger.valueOf(file.dead().getLongCardinality())),
        sum.subtract(BigInteger.valueOf(deadSum)),
        squares.subtract(deadSquares));
  }
}
