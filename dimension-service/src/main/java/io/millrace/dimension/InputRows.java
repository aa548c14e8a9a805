package io.millrace.dimension;

import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one version of the input says of the dimension's members: {@link #STATES}, a row for each
 * natural key that has one, and {@link #GONE}, the keys that no longer have one; {@link #KEYS} are
 * both.
 */
final class InputRows {
  /** The SELECT's columns, {@code _start}, and {@code _live}, FALSE where the row is a delete. */
  static final String STATES = "dimension_states";

  /** Natural keys, none of them NULL for no member has that, and {@code _at}. */
  static final String GONE = "dimension_gone";

  /** Natural keys. */
  static final String KEYS = "dimension_keys";

  private static final String BEFORE = "dimension_before";
  private static final String WITHOUT = "dimension_without";

  private final Connection duck;
  private final Dimension dimension;

  InputRows(Connection duck, Dimension dimension) {
    this.duck = duck;
    this.dimension = dimension;
  }

  /**
   * What to call the time of a version that carries none of its own.
   *
   * @param committedAt the source's commit time at the cut, also that of a delete
   * @param initial whether the rows are of the initial snapshot, which began before anyone looked
   */
  record Moment(Instant committedAt, boolean initial) {}

  /**
   * Computes both relations from a Z-set of the input.
   *
   * @param changes relation with the input's columns and {@code _weight}
   * @param existing relation of the dimension's rows, if its current members without a row among
   *     these are gone
   */
  void from(String changes, Moment moment, Optional<String> existing) {
    select(STATES, weighted(changes, "> 0"), startOf(moment));
    select(BEFORE, weighted(changes, "< 0"), "NULL::TIMESTAMPTZ");
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %s AS
        SELECT DISTINCT %s, %s AS _at FROM (SELECT %s FROM %s%s) b ANTI JOIN %s s ON %s
        WHERE %s
        """
            .formatted(
                GONE,
                qualified("b"),
                Validity.sql(moment.committedAt()),
                keyNames(),
                BEFORE,
                existing.map(this::current).orElse(""),
                STATES,
                same("b", "s"),
                dimension.keys().stream()
                    .map(k -> "b." + Sql.name(k) + " IS NOT NULL")
                    .collect(Collectors.joining(" AND "))));
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %1$s AS SELECT %2$s FROM %3$s UNION SELECT %2$s FROM %4$s"
            .formatted(KEYS, keyNames(), STATES, GONE));
    requireKeysAndTimes();
  }

  private String current(String existing) {
    return " UNION ALL SELECT %s FROM %s WHERE is_current AND %s > 0%s"
        .formatted(
            keyNames(), existing, Sql.name(dimension.surrogateKey()), Floors.without(dimension));
  }

  /**
   * Adds {@code _same} to {@link #STATES}: whether a state is the one before it, but for what some
   * columns of the input bring.
   *
   * @param changes what {@link #from} was given
   */
  void markSameBut(List<Column> columns, String changes) {
    String without =
        "(SELECT * REPLACE (%s) FROM %s)"
            .formatted(
                columns.stream()
                    .map(c -> "NULL::%s AS %s".formatted(c.type().sql(), Sql.name(c.name())))
                    .collect(Collectors.joining(", ")),
                weighted(changes, "> 0"));
    select(WITHOUT, without, "NULL::TIMESTAMPTZ");
    List<String> shown = new ArrayList<>(dimension.attributes().names());
    shown.add("_live");
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %1$s AS
        SELECT s.*, k._same IS NOT NULL AS _same FROM %1$s s LEFT JOIN (
          SELECT DISTINCT %2$s, TRUE AS _same FROM %3$s w SEMI JOIN %4$s b ON %5$s) k ON %6$s
        """
            .formatted(
                STATES, qualified("w"), WITHOUT, BEFORE, equal(shown, "w", "b"), same("s", "k")));
  }

  /** The rows of a Z-set with one sign, without their weights. */
  String weighted(String changes, String sign) {
    return "(SELECT * EXCLUDE (_weight) FROM %s WHERE _weight %s)".formatted(changes, sign);
  }

  /** Runs the SELECT over rows of the input. */
  void select(String into, String rows, String start) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT *, %s AS _start, %s AS _live FROM (%s)"
            .formatted(
                into,
                start,
                dimension.deletes().marked()
                    ? "NOT coalesce(" + Dimension.Deletes.IS_END + ", FALSE)"
                    : "TRUE",
                dimension.select(rows)));
  }

  /** DATE and TIMESTAMP are read as UTC: the session's time zone is UTC. */
  private String startOf(Moment moment) {
    if (!dimension.sequenceBy().isEmpty()) {
      return sequence();
    }
    return moment.initial() ? Validity.BEGINNING : Validity.sql(moment.committedAt());
  }

  /** The business time that the SELECT gives. */
  String sequence() {
    return Sql.name(dimension.sequenceBy().getFirst()) + "::TIMESTAMPTZ";
  }

  /** Refuses NULL in {@link #KEYS}, and in {@link #STATES} times that are NULL or the open end. */
  void requireKeysAndTimes() {
    String nullKey =
        dimension.keys().stream()
            .map(k -> Sql.name(k) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    if (Sql.number(duck, "SELECT count(*) FROM " + KEYS + " WHERE " + nullKey) > 0) {
      throw new MillraceException(
          DimensionError.DIM_005_NULL_KEY,
          "a row of "
              + dimension.input()
              + " has NULL in the natural key ("
              + String.join(", ", dimension.keys())
              + ") of "
              + dimension.name()
              + ". Leave such rows out with WHERE.");
    }
    if (Sql.number(
            duck,
            "SELECT count(*) FROM %s WHERE _start IS NULL OR _start >= %s"
                .formatted(STATES, Validity.OPEN_END))
        > 0) {
      throw new MillraceException(
          DimensionError.DIM_002_NO_SEQUENCE,
          "a row of "
              + dimension.input()
              + " has NULL, or a time from 9999-12-31 on, in "
              + dimension.sequenceBy().getFirst()
              + ", which places it in the history of "
              + dimension.name()
              + ". Give it another value in the SELECT, for example with coalesce.");
    }
  }

  private String keyNames() {
    return Sql.names(dimension.keys());
  }

  private String qualified(String alias) {
    return dimension.keys().stream()
        .map(k -> alias + "." + Sql.name(k))
        .collect(Collectors.joining(", "));
  }

  private String same(String left, String right) {
    return equal(dimension.keys(), left, right);
  }

  /** NULL-safe equality of columns of two relations. */
  static String equal(List<String> columns, String left, String right) {
    return columns.stream()
        .map(c -> "%s.%3$s IS NOT DISTINCT FROM %s.%3$s".formatted(left, right, Sql.name(c)))
        .collect(Collectors.joining(" AND "));
  }
}
