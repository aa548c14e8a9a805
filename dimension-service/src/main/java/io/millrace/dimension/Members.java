package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rule by which members follow their input: of the events of the keys concerned ({@link
 * KeyedEvents}) it makes the rows that the dimension should have of them.
 *
 * <p>The history of a key is a chain of events in the order of their times: states, and ends
 * (tombstones). Of events at one time the later in the log counts. A state whose tracked columns
 * are those of the one before it (NULL equals NULL) is no version of its own, it only brings the
 * untracked columns up to date; every version ends where the next event stands. So a late change
 * splits the interval it falls into, and replay adds nothing.
 */
final class Members {
  /** The wanted rows of the keys in {@link InputRows#KEYS}, in the dimension's columns. */
  static final String WANTED = "dimension_wanted";

  private final Connection duck;
  private final Dimension dimension;
  private final String keys;

  Members(Connection duck, Dimension dimension) {
    this.duck = duck;
    this.dimension = dimension;
    this.keys = Sql.names(dimension.keys());
  }

  /**
   * Fills {@link #WANTED}.
   *
   * @param existing relation with the dimension's columns, default members among its rows
   */
  void apply(String existing) {
    Sql.run(duck, sql(existing));
  }

  /** The statement that {@link #apply} runs. */
  String sql(String existing) {
    return "CREATE OR REPLACE TEMP TABLE %s AS WITH %s, %s %s"
        .formatted(
            WANTED,
            new KeyedEvents(dimension).sql(existing),
            placed(),
            switch (dimension.scdType()) {
              case TYPE_1 -> oneRow();
              case TYPE_2 -> versions();
            });
  }

  /** One event for each key and time; {@code _since} is when the key was first there. */
  private String placed() {
    return """
    placed AS (
      SELECT * REPLACE (
        min(coalesce(_since, _start)) FILTER (_live) OVER (PARTITION BY %1$s) AS _since)
      FROM events
      QUALIFY row_number() OVER (PARTITION BY %1$s, _start ORDER BY _news DESC) = 1)
    """
        .formatted(keys);
  }

  /** A row for each version. */
  private String versions() {
    return """
    , compared AS (
      SELECT *, CASE
          WHEN lag(_live) OVER chain IS NULL THEN _live
          WHEN NOT _live THEN lag(_live) OVER chain
          ELSE NOT lag(_live) OVER chain OR %2$s END AS _begins
      FROM placed WINDOW chain AS (PARTITION BY %1$s ORDER BY _start)),
    grouped AS (
      SELECT *, sum(_begins::INTEGER) OVER (PARTITION BY %1$s ORDER BY _start) AS _version
      FROM compared),
    versions AS (
      SELECT *, min(_start) OVER (PARTITION BY %1$s, _version) AS valid_from
      FROM grouped WHERE _version > 0
      QUALIFY row_number() OVER (PARTITION BY %1$s, _version ORDER BY _start DESC) = 1),
    bounded AS (
      SELECT *, coalesce(
          lead(valid_from) OVER (PARTITION BY %1$s ORDER BY valid_from), %3$s) AS valid_to
      FROM versions)
    SELECT %4$s AS %5$s, %6$s, valid_from, valid_to, valid_to = %3$s AS is_current
    FROM bounded AS v WHERE _live
    """
        .formatted(
            keys,
            tracked(),
            Validity.OPEN_END,
            SurrogateKeys.ofVersion(dimension, "v", "v.valid_from"),
            Sql.name(dimension.surrogateKey()),
            Sql.names(dimension.attributes().names()));
  }

  /**
   * A row for each key: its latest state, valid since its first. An end closes it, a later state
   * opens it again.
   */
  private String oneRow() {
    List<String> attributes = dimension.attributes().names();
    return """
    , lasting AS (
      SELECT *, max(_start) FILTER (_live) OVER (PARTITION BY %1$s) AS _last FROM placed),
    members AS (
      SELECT arg_max({%2$s}, _start) FILTER (_live) AS _row,
             any_value(_since) AS valid_from,
             coalesce(min(_start) FILTER (NOT _live AND _start > _last), %3$s) AS valid_to
      FROM lasting WHERE _last IS NOT NULL GROUP BY %1$s),
    v AS (SELECT %4$s, valid_from, valid_to, valid_to = %3$s AS is_current FROM members)
    SELECT %5$s AS %6$s, * FROM v
    """
        .formatted(
            keys,
            attributes.stream()
                .map(a -> Sql.text(a) + ": " + Sql.name(a))
                .collect(Collectors.joining(", ")),
            Validity.OPEN_END,
            attributes.stream()
                .map(a -> "_row." + Sql.name(a) + " AS " + Sql.name(a))
                .collect(Collectors.joining(", ")),
            SurrogateKeys.ofMember(dimension, "v"),
            Sql.name(dimension.surrogateKey()));
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
