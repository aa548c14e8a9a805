package io.millrace.dimension;

import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import io.millrace.warehouse.SurrogateKeys;
import java.sql.Connection;
import java.util.stream.Collectors;

/**
 * The rule by which members follow their input: of the events of the keys concerned it makes the
 * rows that the dimension should have of them.
 *
 * <p>The history of a key is a chain of events in the order of their times: states, and ends
 * (tombstones), as {@link Chain} puts them. Where NULL says nothing, a state has the values of the
 * one before it, back to the last end. Every type is a way to show that chain:
 *
 * <ul>
 *   <li>2, 6, 7: a state whose tracked columns are those of the one before it (NULL equals NULL) is
 *       no version of its own, it only brings the other columns up to date; every version ends
 *       where the next event stands. So a late change splits the interval it falls into, and replay
 *       adds nothing. Of type 6 every version shows the values of the newest too.
 *   <li>0, 1, 3: one row, valid since the first state, closed by an end, opened again by a later
 *       state; it shows the first state (0) or the last (1, 3), of type 3 also what the chosen
 *       columns were before their last change.
 * </ul>
 *
 * <p>A key may have a floor, see {@link Floors}.
 */
final class Members {
  /** The wanted rows of the keys in {@link InputRows#KEYS}, in the dimension's columns. */
  static final String WANTED = "dimension_wanted";

  private final Connection duck;
  private final Dimension dimension;
  private final Events events;
  private final String keys;

  Members(Connection duck, Dimension dimension, Events events) {
    this.duck = duck;
    this.dimension = dimension;
    this.events = events;
    this.keys = Sql.names(dimension.keys());
  }

  /**
   * Whether there is a member but for the default ones and those of which the key alone is known.
   *
   * @param existing relation of the dimension's rows
   */
  static boolean any(Connection duck, Dimension dimension, String existing) {
    return Sql.number(
            duck,
            "SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s > 0%s LIMIT 1)"
                .formatted(existing, Sql.name(dimension.surrogateKey()), Floors.without(dimension)))
        > 0;
  }

  /**
   * Fills {@link #WANTED}.
   *
   * @param existing relation with the dimension's columns, default members among its rows
   */
  void apply(String existing) {
    Sql.run(duck, sql(existing));
  }

  /**
   * The changes to the wanted rows. A natural key may be that of a default member, which stays.
   *
   * @param mirror of the rows that {@link #apply} was given
   */
  static RowDiff.Changes changes(
      Connection duck, Dimension dimension, RowDiff diff, String into, String mirror) {
    String wanted =
        "(FROM %s UNION ALL BY NAME SELECT d.* FROM (%s) AS d SEMI JOIN %s AS k ON %s)"
            .formatted(
                WANTED,
                DefaultMembers.select(dimension),
                InputRows.KEYS,
                InputRows.equal(dimension.keys(), "d", "k"));
    return diff.into(
        duck, into, mirror, wanted, new RowDiff.Scope(InputRows.KEYS, dimension.keys()));
  }

  /** The statement that {@link #apply} runs. */
  String sql(String existing) {
    String rows =
        "WITH %s%s, %s, %s"
            .formatted(
                Floors.floored(dimension, existing),
                events.sql(existing),
                new Chain(dimension).sql(),
                dimension.scdType().hasVersions() ? versions() : oneRow());
    return "CREATE OR REPLACE TEMP TABLE %s AS %s"
        .formatted(WANTED, dimension.kept().isEmpty() ? rows : keeping(rows, existing));
  }

  /** A row that is there keeps what it has in columns that the statement has no more. */
  private String keeping(String rows, String existing) {
    return "SELECT w.*%s FROM (%s) AS w LEFT JOIN %s AS e USING (%s)"
        .formatted(
            dimension.kept().stream().map(c -> ", e." + Sql.name(c)).collect(Collectors.joining()),
            rows,
            existing,
            Sql.name(dimension.surrogateKey()));
  }

  /** A row for each version. */
  private String versions() {
    return """
    compared AS (
      SELECT *, CASE
          WHEN lag(_live) OVER chain IS NULL THEN _live
          WHEN NOT _live THEN lag(_live) OVER chain
          ELSE NOT lag(_live) OVER chain OR %2$s END AS _begins
      FROM placed WINDOW chain AS (PARTITION BY %1$s ORDER BY _start)),
    grouped AS (
      SELECT *, sum(_begins::INTEGER) OVER (PARTITION BY %1$s ORDER BY _start) AS _version
      FROM compared),
    versions AS (
      SELECT *, min(_start) OVER (PARTITION BY %1$s, _version) AS valid_from%9$s
      FROM grouped WHERE _version > 0
      QUALIFY row_number() OVER (PARTITION BY %1$s, _version ORDER BY _start DESC) = 1),
    bounded AS (
      SELECT *, coalesce(
          lead(valid_from) OVER (PARTITION BY %1$s ORDER BY valid_from), %3$s) AS valid_to,
        coalesce(NOT lead(_live) OVER (PARTITION BY %1$s ORDER BY valid_from), FALSE) AS _deleted
      FROM versions)
    SELECT %4$s AS %5$s, %6$s%7$s, valid_from, valid_to, valid_to = %3$s AS is_current%8$s
    FROM bounded AS v WHERE _live
    """
        .formatted(
            keys,
            tracked(),
            Validity.OPEN_END,
            SurrogateKeys.ofVersion(dimension, "v", "v.valid_from"),
            Sql.name(dimension.surrogateKey()),
            Sql.names(dimension.attributes().names()),
            addedToVersions(),
            deleted("_deleted") + inferred("_floor"),
            dimension.infers()
                ? ", min(_known) OVER (PARTITION BY %s, _version) AS %s"
                    .formatted(keys, Dimension.KNOWN_FROM)
                : "");
  }

  private String addedToVersions() {
    String durable =
        dimension
            .durableKey()
            .map(name -> ", " + SurrogateKeys.ofMember(dimension, "v") + " AS " + Sql.name(name))
            .orElse("");
    return dimension.scdType() != ScdType.TYPE_6
        ? durable
        : dimension.tracked().stream()
            .map(c ->
                ", last_value(%1$s) OVER (PARTITION BY %2$s ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS %3$s"
                    .formatted(Sql.name(c), keys, Sql.name(Dimension.CURRENT + c)))
            .collect(Collectors.joining());
  }

  /** A row for each key. */
  private String oneRow() {
    return """
    lasting AS (
      SELECT *, max(_start) FILTER (_live) OVER (PARTITION BY %1$s) AS _last%2$s FROM placed),
    members AS (
      SELECT %3$s({%4$s}, _start) FILTER (_live) AS _row, %12$s,
             coalesce(min(_start) FILTER (NOT _live AND _start > _last), %5$s) AS valid_to%6$s
      FROM lasting WHERE _last IS NOT NULL GROUP BY %1$s),
    v AS (
      SELECT %7$s%8$s, valid_from, valid_to, valid_to = %5$s AS is_current%9$s FROM members)
    SELECT %10$s AS %11$s, * FROM v
    """
        .formatted(
            keys,
            previous(
                ", lag(%1$s) OVER (PARTITION BY "
                    + keys
                    + ", _live ORDER BY _start) IS DISTINCT FROM %1$s AND lag(_live) OVER"
                    + " (PARTITION BY "
                    + keys
                    + ", _live ORDER BY _start) AS %3$s, lag(%1$s) OVER (PARTITION BY "
                    + keys
                    + ", _live ORDER BY _start) AS %4$s"),
            dimension.scdType() == ScdType.TYPE_0 ? "arg_min" : "arg_max",
            attributes(a -> Sql.text(a) + ": " + Sql.name(a)),
            Validity.OPEN_END,
            previous(
                ", arg_max_null(CASE WHEN _kept THEN %2$s ELSE %4$s END, _start)"
                    + " FILTER (_live AND (_kept OR coalesce(%3$s, FALSE))) AS %2$s"),
            attributes(a -> "_row." + Sql.name(a) + " AS " + Sql.name(a)),
            previous(", %2$s"),
            deleted("valid_to < " + Validity.OPEN_END) + inferred("_inferred"),
            SurrogateKeys.ofMember(dimension, "v"),
            Sql.name(dimension.surrogateKey()),
            since());
  }

  /** Where a member begins, or the floor that it stands on. */
  private String since() {
    return dimension.infers()
        ? """
        CASE WHEN any_value(_floored) THEN least(%s, any_value(_since))
          ELSE any_value(_since) END AS valid_from,
        any_value(_since) AS known_from, bool_or(_floor) AS _inferred\
        """
            .formatted(Validity.BEGINNING)
        : "any_value(_since) AS valid_from";
  }

  private String inferred(String value) {
    return dimension.infers()
        ? ", %s AS %s, %s".formatted(value, Dimension.IS_INFERRED, Dimension.KNOWN_FROM)
        : "";
  }

  private String attributes(java.util.function.UnaryOperator<String> text) {
    return dimension.attributes().names().stream().map(text).collect(Collectors.joining(", "));
  }

  /**
   * A text for each column that has its previous value kept.
   *
   * @param text with the column (1), that of its previous value (2), whether it changed (3), and
   *     what it was in the state before (4)
   */
  private String previous(String text) {
    return dimension.previous().entrySet().stream()
        .map(e ->
            text.formatted(
                Sql.name(e.getKey()),
                Sql.name(e.getValue()),
                Sql.name("_changed " + e.getKey()),
                Sql.name("_before " + e.getKey())))
        .collect(Collectors.joining());
  }

  private String deleted(String value) {
    return dimension.deletes().action() == OnDelete.FLAG
        ? ", " + value + " AS " + Dimension.IS_DELETED
        : "";
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
