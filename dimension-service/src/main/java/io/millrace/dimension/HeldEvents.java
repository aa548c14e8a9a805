package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.Deletes;
import io.millrace.warehouse.Dimension.Feed;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.sql.Connection;
import java.util.stream.Collectors;

/**
 * The events of an input whose every row is one: a change, or a key's row in one of its snapshots.
 * The rows of a key are then a function of the set of its input rows, whatever their order and
 * cutting, so all input rows are held in local DuckDB: a cache, read again from the lake when it
 * does not show what the dimension contains.
 */
final class HeldEvents implements Events {
  private static final String SCHEMA = "dimension_events";
  private static final String NEWS = "dimension_news";

  private final Connection duck;
  private final Dimension dimension;
  private final InputRows rows;
  private final String held;
  private final String keys;
  private Position shown = new Position("", Long.MIN_VALUE);

  HeldEvents(Connection duck, Dimension dimension) {
    this.duck = duck;
    this.dimension = dimension;
    this.rows = new InputRows(duck, dimension);
    this.held = SCHEMA + "." + Sql.name(dimension.name().name());
    this.keys = Sql.names(dimension.keys());
    Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS " + SCHEMA);
  }

  /**
   * Holds these rows of the input instead of what it held.
   *
   * @param input relation with the input's columns
   */
  void hold(String input, Position position) {
    rows.select(InputRows.STATES, input, rows.sequence());
    Sql.run(
        duck,
        "CREATE OR REPLACE TABLE %s AS SELECT *, 1 AS _weight FROM %s"
            .formatted(held, InputRows.STATES));
    shown = position;
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE %s AS FROM %s LIMIT 0".formatted(NEWS, held));
  }

  /** Holds what the dimension contains of its input, if it does not. */
  void hold(Followed input) {
    if (!shown.equals(input.position())) {
      hold(input.history().rowsAt(input.position()), input.position());
    }
  }

  /**
   * As {@link #hold(String, Position)}, and every key is concerned, also those that the dimension
   * alone has.
   *
   * @param existing relation of the dimension's rows
   */
  void takeAll(String input, String existing, Position position) {
    hold(input, position);
    fillKeys(
        "SELECT %1$s FROM %2$s WHERE %3$s UNION SELECT %1$s FROM %4$s WHERE %5$s > 0"
            .formatted(keys, held, noTruncate(), existing, Sql.name(dimension.surrogateKey())));
  }

  @Override
  public void take(String changes, InputRows.Moment moment) {
    rows.select(InputRows.STATES, rows.weighted(changes, "> 0"), rows.sequence());
    rows.select(InputRows.GONE, rows.weighted(changes, "< 0"), rows.sequence());
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT *, 1 AS _weight FROM %s UNION ALL SELECT *, -1 FROM %s"
            .formatted(NEWS, InputRows.STATES, InputRows.GONE));
    fillKeys(concerned());
  }

  /** What was taken up is in the dimension, which contains the input at this position. */
  void committed(Position position) {
    Sql.run(duck, "INSERT INTO %s FROM %s".formatted(held, NEWS));
    Sql.run(duck, "DELETE FROM " + NEWS);
    shown = position;
  }

  /**
   * Whether there are rows of some natural keys among what is held.
   *
   * @param relation of natural keys
   */
  boolean holdsAny(String relation) {
    return Sql.number(
            duck,
            """
            SELECT count(*) FROM (
              SELECT h.* EXCLUDE (_weight) FROM %s h SEMI JOIN %s k ON %s WHERE %s
              GROUP BY ALL HAVING sum(h._weight) > 0)
            """
                .formatted(
                    held, relation, InputRows.equal(dimension.keys(), "h", "k"), noTruncate()))
        > 0;
  }

  private void fillKeys(String select) {
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE %s AS %s".formatted(InputRows.KEYS, select));
    rows.requireKeysAndTimes();
  }

  /**
   * A truncation concerns all keys; a snapshot those of the one before it, which may be missing in
   * it.
   */
  private String concerned() {
    boolean everything =
        dimension.deletes().truncating()
            && Sql.number(
                    duck, "SELECT count(*) FROM %s WHERE %s".formatted(NEWS, Deletes.IS_TRUNCATE))
                > 0;
    String from = everything ? all() : NEWS;
    String others =
        dimension.feed() != Feed.SNAPSHOTS
            ? ""
            : """
             UNION SELECT %1$s FROM %2$s WHERE _start IN (
              SELECT (SELECT max(_start) FROM %3$s a WHERE a._start < n._start)
              FROM (SELECT DISTINCT _start FROM %4$s) n)\
            """
                .formatted(keys, all(), snapshots(), NEWS);
    return "SELECT DISTINCT %s FROM %s WHERE %s%s".formatted(keys, from, noTruncate(), others);
  }

  private String all() {
    return "(FROM %s UNION ALL FROM %s)".formatted(held, NEWS);
  }

  private String noTruncate() {
    return dimension.deletes().truncating()
        ? "NOT coalesce(" + Deletes.IS_TRUNCATE + ", FALSE)"
        : "TRUE";
  }

  @Override
  public String sql(String existing) {
    boolean ends = dimension.deletes().action() != OnDelete.IGNORE;
    return """
    held AS (
      SELECT h.* EXCLUDE (_weight) FROM %1$s h SEMI JOIN %2$s k ON %3$s WHERE %4$s
      GROUP BY ALL HAVING sum(h._weight) > 0),
    events AS (
      SELECT %5$s, _start, _live, FALSE AS _news, NULL::TIMESTAMPTZ AS _since%6$s
      FROM held WHERE %7$s%8$s%9$s)\
    """
        .formatted(
            all(),
            InputRows.KEYS,
            InputRows.equal(dimension.keys(), "h", "k"),
            noTruncate(),
            Sql.names(dimension.attributes().names()),
            Chain.ties(dimension, "TRUE") + noPrevious(),
            ends ? "TRUE" : "_live",
            ends && dimension.feed() == Feed.SNAPSHOTS ? missing() : "",
            ends && dimension.deletes().truncating() ? truncations() : "");
  }

  /** A key that is in a snapshot and not in the next ends there. */
  private String missing() {
    return """

      UNION ALL BY NAME
      SELECT %1$s, s._next AS _start, FALSE AS _live, FALSE AS _news FROM held h
      JOIN (
        SELECT _start, lead(_start) OVER (ORDER BY _start) AS _next FROM %2$s) s
        ON s._start = h._start AND s._next IS NOT NULL
      ANTI JOIN held n ON %3$s AND n._start = s._next\
    """
        .formatted(
            dimension.keys().stream()
                .map(k -> "h." + Sql.name(k))
                .collect(Collectors.joining(", ")),
            snapshots(),
            InputRows.equal(dimension.keys(), "h", "n"));
  }

  /** The times of those that have rows. */
  private String snapshots() {
    return "(SELECT _start FROM %s GROUP BY _start HAVING sum(_weight) > 0)".formatted(all());
  }

  private String truncations() {
    return """

      UNION ALL BY NAME
      SELECT %1$s, t._start, FALSE AS _live, FALSE AS _news FROM %2$s CROSS JOIN (
        SELECT _start FROM %3$s WHERE %4$s GROUP BY _start HAVING sum(_weight) > 0) t\
    """
        .formatted(keys, InputRows.KEYS, all(), Deletes.IS_TRUNCATE);
  }

  private String noPrevious() {
    return dimension.scdType() == ScdType.TYPE_3
        ? ", FALSE AS _kept"
            + dimension.previous().entrySet().stream()
                .map(e ->
                    ", NULL::%s AS %s"
                        .formatted(
                            dimension.attributes().column(e.getKey()).orElseThrow().type().sql(),
                            Sql.name(e.getValue())))
                .collect(Collectors.joining())
        : "";
  }
}
