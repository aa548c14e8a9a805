package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.SurrogateKeys;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Members of which nothing is known but the key, because a fact came before their row. Such a
 * member is a floor under the chain of its key: it holds from the beginning of time, and what comes
 * first above it takes over its place and its surrogate key, whenever that comes.
 */
final class Floors {
  /** The keys that get a floor in this step, and {@code _ended}, where such a member had ended. */
  static final String INFERRED = "dimension_inferred";

  /** Below every state that begins with time itself. */
  private static final String START = Validity.BEGINNING + " - INTERVAL 1 MICROSECOND";

  private final Connection duck;
  private final Dimension dimension;
  private final String keys;

  Floors(Connection duck, Dimension dimension) {
    this.duck = duck;
    this.dimension = dimension;
    this.keys = Sql.names(dimension.keys());
  }

  /** Empties {@link #INFERRED}. */
  void clear() {
    if (dimension.infers()) {
      Sql.run(
          duck,
          "CREATE OR REPLACE TEMP TABLE %s AS SELECT %s, NULL::TIMESTAMPTZ AS _ended LIMIT 0"
              .formatted(
                  INFERRED,
                  dimension.keys().stream()
                      .map(k ->
                          "NULL::%s AS %s"
                              .formatted(
                                  dimension.attributes().column(k).orElseThrow().type().sql(),
                                  Sql.name(k)))
                      .collect(Collectors.joining(", "))));
    }
  }

  /**
   * Gives a floor to each key that has neither a row nor a state in this step.
   *
   * @param found SELECT of keys; those with a NULL are nobody's
   * @param existing relation of the dimension's rows
   * @param erased surrogate keys; a member whose inferred row would have one of them stays erased
   */
  void infer(String found, String existing, List<Long> erased) {
    put(
        """
        SELECT DISTINCT *, NULL::TIMESTAMPTZ AS _ended FROM (%s) AS f WHERE %s
          AND NOT EXISTS (SELECT 1 FROM %s e WHERE e.%s > 0 AND %s)
          AND NOT EXISTS (SELECT 1 FROM %s s WHERE s._live AND %s)
        """
            .formatted(
                found,
                dimension.keys().stream()
                        .map(k -> Sql.name(k) + " IS NOT NULL")
                        .collect(Collectors.joining(" AND "))
                    + (erased.isEmpty()
                        ? ""
                        : " AND %s NOT IN (%s)"
                            .formatted(
                                SurrogateKeys.ofInferred(dimension, "f"),
                                erased.stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(", ")))),
                existing,
                Sql.name(dimension.surrogateKey()),
                InputRows.equal(dimension.keys(), "e", "f"),
                InputRows.STATES,
                InputRows.equal(dimension.keys(), "s", "f")));
  }

  /** Gives the keys of a dimension's rows the floors that they have there, ended or not. */
  void carry(String rows) {
    put(carried(rows));
  }

  private String carried(String rows) {
    return "SELECT %s, %s AS _ended FROM %s WHERE %s > 0 AND %s IS DISTINCT FROM valid_from GROUP BY ALL"
        .formatted(keys, ended(), rows, Sql.name(dimension.surrogateKey()), Dimension.KNOWN_FROM);
  }

  /** Where an inferred row ended; of an input that is held, its own rows tell. */
  private String ended() {
    return switch (dimension.feed()) {
      case ROWS, REPLACED ->
          "max(valid_to) FILTER (%s AND valid_to < %s)"
              .formatted(Dimension.IS_INFERRED, Validity.OPEN_END);
      case HISTORY, SNAPSHOTS -> "NULL::TIMESTAMPTZ";
    };
  }

  private void put(String select) {
    Sql.run(duck, "INSERT INTO %s %s".formatted(INFERRED, select));
    Sql.run(
        duck,
        "INSERT INTO %1$s SELECT %2$s FROM (SELECT DISTINCT %2$s FROM %3$s) AS i ANTI JOIN %1$s AS k ON %4$s"
            .formatted(
                InputRows.KEYS, keys, INFERRED, InputRows.equal(dimension.keys(), "i", "k")));
  }

  /**
   * More events, behind the others: a floor for each key that has one or gets one, and ends of
   * members that had nothing else.
   */
  static String events(Dimension dimension, String existing) {
    if (!dimension.infers()) {
      return "";
    }
    return """

      UNION ALL BY NAME
      SELECT %1$s, %2$s AS _start, TRUE AS _live, FALSE AS _news, TRUE AS _floor FROM (
        SELECT %3$s FROM %4$s f SEMI JOIN %5$s k ON %6$s
        WHERE f.%7$s > 0 AND f.known_from IS DISTINCT FROM f.valid_from
        UNION SELECT %1$s FROM %8$s)
      UNION ALL BY NAME
      SELECT %1$s, _ended AS _start, FALSE AS _live, FALSE AS _news FROM %8$s
      WHERE _ended IS NOT NULL\
    """
        .formatted(
            Sql.names(dimension.keys()),
            START,
            dimension.keys().stream()
                .map(k -> "f." + Sql.name(k))
                .collect(Collectors.joining(", ")),
            existing,
            InputRows.KEYS,
            InputRows.equal(dimension.keys(), "f", "k"),
            Sql.name(dimension.surrogateKey()),
            INFERRED);
  }

  /** A condition, behind others, that leaves out inferred members. */
  static String without(Dimension dimension) {
    return dimension.infers() ? " AND NOT " + Dimension.IS_INFERRED : "";
  }

  /**
   * What a chain's last events come to, {@code placed}: the state right above a floor begins where
   * the floor does, and the floor goes; where a state is older than time itself, the floor alone.
   * {@code _known} is where a state itself began.
   *
   * @param placed SELECT of the events in their places
   */
  static String placed(Dimension dimension, String placed) {
    if (!dimension.infers()) {
      return "placed AS (" + placed + ")";
    }
    String rest =
        dimension.scdType().hasVersions()
            ? """
            SELECT * REPLACE (CASE WHEN _floor OR (_live AND coalesce(lag(_floor) OVER chain, FALSE)
                AND lag(_floor, 2) OVER chain IS NULL) THEN %1$s ELSE _start END AS _start),
              CASE WHEN NOT _floor THEN _start END AS _known
            FROM above WINDOW chain AS (PARTITION BY %2$s ORDER BY _start)
            QUALIFY NOT (_floor AND (coalesce(lead(_live) OVER chain, FALSE)
              OR lag(_live) OVER chain IS NOT NULL))\
            """
            : """
            SELECT *, bool_or(_floor) OVER (PARTITION BY %2$s) AS _floored FROM above
            QUALIFY NOT _floor OR NOT bool_or(_live AND NOT _floor) OVER (PARTITION BY %2$s)\
            """;
    return "above AS (%s), placed AS (%s)"
        .formatted(placed, rest.formatted(Validity.BEGINNING, Sql.names(dimension.keys())));
  }
}
