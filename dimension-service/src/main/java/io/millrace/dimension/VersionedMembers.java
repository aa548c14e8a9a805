package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * SCD type 2: a row for each version of a natural key, {@code [valid_from, valid_to)}.
 *
 * <p>The history of a key is a chain of events in the order of their times: a version that begins,
 * or an end (a tombstone) without a version after it. A new state or delete takes its place in the
 * chain, wherever that is; at equal times the later in the log wins. Then the chain is read anew: a
 * version whose tracked columns are those of the one before it (NULL equals NULL) is no version of
 * its own, it only brings the untracked columns up to date; every version ends where the next event
 * stands. So a late change splits the interval it falls into, and replay adds nothing.
 */
final class VersionedMembers implements Members {
  private final Connection duck;
  private final Dimension dimension;

  VersionedMembers(Connection duck, Dimension dimension) {
    this.duck = duck;
    this.dimension = dimension;
  }

  @Override
  public void apply(String existing) {
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %1$s AS
        WITH %2$s,
        placed AS (
          SELECT * FROM events
          QUALIFY row_number() OVER (PARTITION BY %3$s, _start ORDER BY _news DESC) = 1),
        compared AS (
          SELECT *, CASE
              WHEN lag(_live) OVER chain IS NULL THEN _live
              WHEN NOT _live THEN lag(_live) OVER chain
              ELSE NOT lag(_live) OVER chain OR %4$s END AS _begins
          FROM placed WINDOW chain AS (PARTITION BY %3$s ORDER BY _start)),
        grouped AS (
          SELECT *, sum(_begins::INTEGER) OVER (PARTITION BY %3$s ORDER BY _start) AS _version
          FROM compared),
        versions AS (
          SELECT *, min(_start) OVER (PARTITION BY %3$s, _version) AS valid_from
          FROM grouped WHERE _version > 0
          QUALIFY row_number() OVER (PARTITION BY %3$s, _version ORDER BY _start DESC) = 1),
        bounded AS (
          SELECT *, coalesce(
              lead(valid_from) OVER (PARTITION BY %3$s ORDER BY valid_from), %5$s) AS valid_to
          FROM versions)
        SELECT %6$s AS %7$s, %8$s, valid_from, valid_to, valid_to = %5$s AS is_current
        FROM bounded AS v WHERE _live
        """
            .formatted(
                WANTED,
                events(existing),
                Sql.names(dimension.keys()),
                tracked(),
                Validity.OPEN_END,
                SurrogateKeys.ofVersion(dimension, "v", "v.valid_from"),
                Sql.name(dimension.surrogateKey()),
                Sql.names(dimension.attributes().names())));
  }

  /**
   * All events of the keys concerned: existing versions, the ends that no version follows, new
   * states, new deletes. A delete never stands before the newest version it ends.
   */
  private String events(String existing) {
    String keys = Sql.names(dimension.keys());
    String attributes = Sql.names(dimension.attributes().names());
    String noAttributes =
        others().stream().map(n -> "NULL AS " + Sql.name(n)).collect(Collectors.joining(", "));
    String rest = noAttributes.isEmpty() ? "" : ", " + noAttributes;
    return """
    existing AS (
      SELECT e.* FROM %1$s e SEMI JOIN %2$s k ON %3$s WHERE e.%4$s > 0),
    events AS (
      SELECT %5$s, valid_from AS _start, TRUE AS _live, FALSE AS _news FROM existing
      UNION ALL BY NAME
      SELECT %6$s%7$s, valid_to AS _start, FALSE AS _live, FALSE AS _news FROM (
        SELECT %6$s, valid_to, lead(valid_from) OVER (PARTITION BY %6$s ORDER BY valid_from) AS _next
        FROM existing)
      WHERE valid_to < %8$s AND _next IS DISTINCT FROM valid_to
      UNION ALL BY NAME
      SELECT %5$s, _start, TRUE AS _live, TRUE AS _news FROM %9$s
      UNION ALL BY NAME
      SELECT %10$s%7$s,
             greatest(g._at, coalesce(max(e.valid_from) + INTERVAL 1 MICROSECOND, g._at)) AS _start,
             FALSE AS _live, TRUE AS _news
      FROM %11$s g LEFT JOIN existing e ON %12$s GROUP BY %10$s, g._at)\
    """
        .formatted(
            existing,
            InputRows.KEYS,
            InputRows.equal(dimension.keys(), "e", "k"),
            Sql.name(dimension.surrogateKey()),
            attributes,
            keys,
            rest,
            Validity.OPEN_END,
            InputRows.STATES,
            dimension.keys().stream()
                .map(k -> "g." + Sql.name(k))
                .collect(Collectors.joining(", ")),
            InputRows.GONE,
            InputRows.equal(dimension.keys(), "e", "g"));
  }

  private List<String> others() {
    return dimension.attributes().names().stream()
        .filter(n -> !dimension.keys().contains(n))
        .toList();
  }

  /** Whether a tracked column differs from that of the version before. */
  private String tracked() {
    return dimension.tracked().isEmpty()
        ? "FALSE"
        : dimension.tracked().stream()
            .map(c -> "%1$s IS DISTINCT FROM lag(%1$s) OVER chain".formatted(Sql.name(c)))
            .collect(Collectors.joining(" OR "));
  }
}
