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
 *
 * <p>The rule: <em>a key with a floor has the rows that it has without, the first of them from the
 * beginning of time on; without any it has the inferred one</em>. So the floor is no event of the
 * chain. No end ends it, not one that came before any state either, no delete removes it, and when
 * it was laid does not matter: the rows are a function of what the input said and of the set of
 * keys that have a floor, which the rows themselves tell.
 */
final class Floors {
  /** The keys that get a floor in this step. */
  static final String INFERRED = "dimension_inferred";

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
          "CREATE OR REPLACE TEMP TABLE %s AS SELECT %s LIMIT 0"
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
   * Gives a floor to each key that has no row.
   *
   * @param found SELECT of keys; those with a NULL are nobody's
   * @param rows relation of rows of the dimension
   * @param erased surrogate keys; a member whose inferred row would have one of them stays erased
   */
  void infer(String found, String rows, List<Long> erased) {
    put(
        "SELECT DISTINCT * FROM (%s) AS f WHERE %s AND NOT EXISTS (SELECT 1 FROM %s e WHERE e.%s > 0 AND %s)"
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
                rows,
                Sql.name(dimension.surrogateKey()),
                InputRows.equal(dimension.keys(), "e", "f")));
  }

  /** Gives the keys of a dimension's rows the floors that they have there. */
  void carry(String rows) {
    put("SELECT DISTINCT %s FROM %s WHERE %s".formatted(keys, rows, isFloored(dimension)));
  }

  /** Whether {@link #INFERRED} holds any. */
  boolean any() {
    return Sql.number(duck, "SELECT count(*) FROM " + INFERRED) > 0;
  }

  /**
   * The rows of a step whose {@link Members#WANTED} are computed, as a relation of natural keys and
   * surrogate keys.
   *
   * @param existing relation of the dimension's rows before
   */
  String after(String existing) {
    return "(SELECT %1$s, %2$s FROM %3$s b ANTI JOIN %4$s k ON %5$s UNION ALL SELECT %1$s, %2$s FROM %6$s)"
        .formatted(
            keys,
            Sql.name(dimension.surrogateKey()),
            existing,
            InputRows.KEYS,
            InputRows.equal(dimension.keys(), "b", "k"),
            Members.WANTED);
  }

  /** Whether there is any in {@link #lost}. */
  boolean loses(String existing) {
    return Sql.number(duck, "SELECT count(*) FROM (" + lost(existing) + ")") > 0;
  }

  /** SELECT of the natural keys that have rows before such a step and none after it. */
  String lost(String existing) {
    return "SELECT %1$s FROM %2$s b SEMI JOIN %3$s k ON %4$s WHERE b.%5$s > 0 EXCEPT SELECT %1$s FROM %6$s"
        .formatted(
            keys,
            existing,
            InputRows.KEYS,
            InputRows.equal(dimension.keys(), "b", "k"),
            Sql.name(dimension.surrogateKey()),
            Members.WANTED);
  }

  private void put(String select) {
    Sql.run(duck, "INSERT INTO %s %s".formatted(INFERRED, select));
    Sql.run(
        duck,
        "INSERT INTO %1$s SELECT %2$s FROM (SELECT DISTINCT %2$s FROM %3$s) AS i ANTI JOIN %1$s AS k ON %4$s"
            .formatted(
                InputRows.KEYS, keys, INFERRED, InputRows.equal(dimension.keys(), "i", "k")));
  }

  /** Of a row: whether its key has a floor, under a state that is not older than time itself. */
  private static String isFloored(Dimension dimension) {
    return "%s > 0 AND %s IS DISTINCT FROM valid_from"
        .formatted(Sql.name(dimension.surrogateKey()), Dimension.KNOWN_FROM);
  }

  /** A condition, behind others, that leaves out inferred members. */
  static String without(Dimension dimension) {
    return dimension.infers() ? " AND NOT " + Dimension.IS_INFERRED : "";
  }

  /**
   * A table of a WITH clause, before others: {@code floored}, the keys concerned that have a floor
   * or get one.
   *
   * @param existing relation of the dimension's rows
   */
  static String floored(Dimension dimension, String existing) {
    return dimension.infers()
        ? """
        floored AS (
          SELECT %1$s, TRUE AS _floored FROM (
            SELECT %1$s FROM %2$s f SEMI JOIN %3$s k ON %4$s WHERE %5$s
            UNION SELECT %1$s FROM %6$s)),
        """
            .formatted(
                Sql.names(dimension.keys()),
                existing,
                InputRows.KEYS,
                InputRows.equal(dimension.keys(), "f", "k"),
                isFloored(dimension),
                INFERRED)
        : "";
  }

  /**
   * What a chain's last events come to, {@code placed}: with what the floors add to it, {@code
   * _floored}, {@code _floor} where there is nothing else, and {@code _known}, where a state itself
   * began.
   *
   * @param placed SELECT of the events in their places
   */
  static String placed(Dimension dimension, String placed) {
    return dimension.infers()
        ? """
        above AS (
          SELECT *, min(_start) FILTER (_live) OVER (PARTITION BY %1$s) AS _first FROM (%2$s)
          QUALIFY _start >= _first),
        placed AS (
          SELECT * REPLACE (coalesce(_live, TRUE) AS _live, %3$s AS _start),
            _start AS _known, _start IS NULL AS _floor
          FROM above FULL JOIN floored USING (%1$s))\
        """
            .formatted(
                Sql.names(dimension.keys()),
                placed,
                dimension.scdType().hasVersions()
                    ? "CASE WHEN _floored AND _start IS NOT DISTINCT FROM _first THEN least(%s, _start) ELSE _start END"
                        .formatted(Validity.BEGINNING)
                    : "coalesce(_start, " + Validity.BEGINNING + ")")
        : "placed AS (" + placed + ")";
  }
}
