package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.util.stream.Collectors;

/**
 * SCD type 1: one row a natural key, overwritten. A member whose input row is gone is closed: it
 * keeps its row and surrogate key, for the facts that point to it, and is no longer current.
 */
final class CurrentMembers implements Members {
  private final Connection duck;
  private final Dimension dimension;

  CurrentMembers(Connection duck, Dimension dimension) {
    this.duck = duck;
    this.dimension = dimension;
  }

  @Override
  public void apply(String existing) {
    String attributes =
        dimension.attributes().names().stream()
            .map(n -> "s." + Sql.name(n))
            .collect(Collectors.joining(", "));
    String same = InputRows.equal(dimension.keys(), "s", "e");
    String sk = Sql.name(dimension.surrogateKey());
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %1$s AS
        WITH e AS (SELECT * FROM %2$s WHERE %3$s > 0)
        SELECT %4$s AS %3$s, %5$s, coalesce(e.valid_from, s._start) AS valid_from,
               %6$s AS valid_to, TRUE AS is_current
        FROM %7$s s LEFT JOIN e ON %8$s
        UNION ALL
        SELECT e.* REPLACE (
                 CASE WHEN e.is_current THEN greatest(g._at, e.valid_from + INTERVAL 1 MICROSECOND)
                      ELSE e.valid_to END AS valid_to,
                 FALSE AS is_current)
        FROM (SELECT %3$s, %9$s, valid_from, valid_to, is_current FROM e) e
        JOIN %10$s g ON %11$s
        """
            .formatted(
                WANTED,
                existing,
                sk,
                SurrogateKeys.ofMember(dimension, "s"),
                attributes,
                Validity.OPEN_END,
                InputRows.STATES,
                same,
                Sql.names(dimension.attributes().names()),
                InputRows.GONE,
                InputRows.equal(dimension.keys(), "e", "g")));
  }
}
