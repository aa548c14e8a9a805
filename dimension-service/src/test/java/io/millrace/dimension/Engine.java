package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.Feed;
import io.millrace.warehouse.Dimension.OnDelete;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The parts of a step that know no Kafka, over a relation of the dimension's rows. */
record Engine(Connection duck, Dimension dimension, Events events, UnaryOperator<String> planted) {

  /** Over an input with one row a key. */
  static Engine keyed(Connection duck, Dimension dimension) {
    return new Engine(duck, dimension, new KeyedEvents(duck, dimension), UnaryOperator.identity());
  }

  /**
   * In a plain table, with keys of facts too, as {@link Inferring} takes them.
   *
   * @param found the keys that have come
   * @param facts all that are there
   */
  void take(
      List<Change> changes,
      Collection<Long> found,
      Collection<Long> facts,
      long committedAt,
      String table) {
    Floors floors = new Floors(duck, dimension);
    floors.clear();
    want(changes, committedAt, table);
    floors.infer(keys(found), floors.after(table), List.of());
    if (floors.loses(table)) {
      floors.infer(
          keys(facts) + " INTERSECT " + floors.lost(table), floors.after(table), List.of());
    }
    wanted(table);
    put(table);
  }

  /**
   * In a plain table that holds what the input said, the floors that a rebuild gives it.
   *
   * @param stored the table before
   */
  void lay(Collection<Long> facts, String stored, String table) {
    fill("z", List.of());
    events.take("z", new InputRows.Moment(Instant.EPOCH, true));
    Floors floors = new Floors(duck, dimension);
    floors.clear();
    floors.carry(stored);
    floors.infer(keys(facts), table, List.of());
    wanted(table);
    put(table);
  }

  /** SELECT of natural keys, with one that is NULL. */
  static String keys(Collection<Long> found) {
    return found.stream()
        .map(key -> ", (" + key + ")")
        .collect(Collectors.joining("", "SELECT id FROM (VALUES (NULL::BIGINT)", ") AS f(id)"));
  }

  /** Leaves the rows that the keys concerned should have in {@link Members#WANTED}. */
  void want(List<Change> changes, long committedAt, String existing) {
    fill("z", changes);
    events.take(
        "z", new InputRows.Moment(Instant.EPOCH.plus(committedAt, ChronoUnit.MICROS), false));
    wanted(existing);
  }

  /** Of what was taken up. */
  void wanted(String existing) {
    Sql.run(duck, planted.apply(new Members(duck, dimension, events).sql(existing)));
    KeyCollisions.refuse(duck, dimension, existing);
  }

  /** A Z-set of the input. */
  void fill(String relation, List<Change> changes) {
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE " + relation + " " + Statements.INPUT);
    for (int from = 0; from < changes.size(); from += 1000) {
      Sql.run(
          duck,
          changes.subList(from, Math.min(from + 1000, changes.size())).stream()
              .map(c -> row(c, dimension.feed() == Feed.HISTORY))
              .collect(Collectors.joining(", ", "INSERT INTO " + relation + " VALUES ", "")));
    }
  }

  private static String row(Change change, boolean history) {
    State state = change.state();
    return "(%d, %s, %s, %d, %s, make_timestamptz(%d), %d)"
        .formatted(
            change.key(),
            text(state == null ? null : state.segment()),
            text(state == null ? null : state.phone()),
            change.tie(),
            history && state == null ? "'t'" : change.marked() ? "'d'" : "NULL",
            change.micros(),
            state == null && !history ? -1 : 1);
  }

  private static String text(@Nullable String value) {
    return value == null ? "NULL" : Sql.text(value);
  }

  /** The same in a plain table. */
  void take(List<Change> changes, long committedAt, String table) {
    want(changes, committedAt, table);
    put(table);
  }

  /** Puts the wanted rows into a plain table. */
  void put(String table) {
    Sql.run(
        duck,
        "DELETE FROM %s AS d USING %s k WHERE d.id = k.id AND sk > 0"
            .formatted(table, InputRows.KEYS));
    Sql.run(duck, "INSERT INTO %s BY NAME FROM %s".formatted(table, Members.WANTED));
  }

  /** The rows of each key as {@link KeyedModel#rows} has them. */
  Map<Long, List<String>> rows(String relation) {
    Map<Long, List<String>> rows = new TreeMap<>();
    try (Statement statement = duck.createStatement();
        ResultSet r =
            statement.executeQuery(
                """
                SELECT id, coalesce(segment, 'null') || '/' || coalesce(phone, 'null') || ' ['
                    || epoch_us(valid_from) || ', ' || CASE WHEN valid_to = %s THEN 'open'
                    ELSE epoch_us(valid_to)::VARCHAR END || ')' || CASE WHEN is_current THEN '*'
                    ELSE '' END%s
                FROM %s WHERE sk > 0 ORDER BY id, valid_from
                """
                    .formatted(Validity.OPEN_END, added(), relation))) {
      while (r.next()) {
        rows.computeIfAbsent(r.getLong(1), id -> new ArrayList<>()).add(r.getString(2));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }

  private String added() {
    String shown =
        switch (dimension.scdType()) {
          case TYPE_3 -> " || ' was ' || coalesce(previous_segment, 'null')";
          case TYPE_6 -> " || ' now ' || coalesce(current_segment, 'null')";
          case TYPE_0, TYPE_1, TYPE_2, TYPE_7 -> "";
        };
    return dimension.deletes().action() == OnDelete.FLAG
        ? shown + " || CASE WHEN is_deleted THEN ' deleted' ELSE '' END"
        : shown;
  }
}
