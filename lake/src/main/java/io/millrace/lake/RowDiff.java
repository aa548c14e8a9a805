package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The changes that turn a table's rows into the wanted ones, found by one set-based statement.
 *
 * <p>With a key, a row present on both sides is an update if another column differs, else nothing;
 * NULL equals NULL, NaN equals NaN, and floating numbers within a relative 1e-9 are the same,
 * because sums come in any order ({@link #exactly} is for what is no sum). Without a key, rows are
 * counted: what is there too often goes, what is missing comes; rows that differ in floating
 * numbers, by no more than that, stay.
 *
 * @param table for messages
 * @param before the columns that the table has
 * @param evolution the columns that it gets; one that begins anew counts as NULL before
 * @param key columns that tell which rows are the same, usually {@code after().key()}; empty for a
 *     bag
 * @param exact whether floating numbers are the same only when they are equal
 */
public record RowDiff(
    TableName table, RowSchema before, Evolution evolution, List<String> key, boolean exact) {
  private static final double SAME = 1e-9;

  public RowDiff {
    key = List.copyOf(key);
  }

  /** The difference that takes floating numbers for the same when they differ by a trifle. */
  public RowDiff(TableName table, RowSchema before, Evolution evolution, List<String> key) {
    this(table, before, evolution, key, false);
  }

  /** The difference for a table none of whose columns is renamed. */
  public RowDiff(TableName table, RowSchema before, RowSchema after, List<String> key) {
    this(table, before, Evolution.to(after), key);
  }

  /** The same difference, in which floating numbers are the same only when they are equal. */
  public RowDiff exactly() {
    return new RowDiff(table, before, evolution, key, true);
  }

  /** The columns that the table gets. */
  public RowSchema after() {
    return evolution.schema();
  }

  /** The difference for a table that keeps its columns, by its key. */
  public static RowDiff of(DeltaTable table) {
    RowSchema schema = table.schema();
    return new RowDiff(table.name(), schema, schema, schema.key());
  }

  /**
   * The rows that a difference is about; the table's other rows stay as they are. The wanted rows
   * must all be of this scope too.
   *
   * @param relation as SQL text; its rows are the values of the columns that are in scope
   * @param columns columns of the table and of the relation
   */
  public record Scope(String relation, List<String> columns) {
    public Scope {
      columns = List.copyOf(columns);
    }
  }

  /**
   * What was found.
   *
   * @param relation the changes relation: {@code _change_type}, the columns, {@code __file}, {@code
   *     __row}, and in {@code __mirrored} the mirror's number of an old row
   */
  public record Changes(String relation, long inserts, long updates, long deletes) {
    /** Whether the rows are the wanted ones already. */
    public boolean none() {
      return inserts + updates + deletes == 0;
    }
  }

  /**
   * Compares all rows.
   *
   * @param changes name of the temp table to make, replaced if it is there
   * @param mirror a {@link Mirror}'s relation
   * @param wanted a relation with the columns of {@link #after}, as SQL text
   * @throws MillraceException LK-010 when a key is wanted twice
   */
  public Changes into(Connection duck, String changes, String mirror, String wanted) {
    return compare(duck, changes, "SELECT *, rowid AS __mirrored FROM " + mirror, wanted);
  }

  /** Compares the rows in scope. */
  public Changes into(Connection duck, String changes, String mirror, String wanted, Scope scope) {
    String rows =
        Text.of(
            "SELECT m.*, m.rowid AS __mirrored FROM %s m SEMI JOIN %s s ON %s",
            mirror, scope.relation(), inScope(duck, scope));
    return compare(duck, changes, rows, wanted);
  }

  /**
   * All the wanted rows come, whatever the table holds, which is not read.
   *
   * @param changes name of the temp table to make, replaced if it is there
   */
  public Changes added(Connection duck, String changes, String wanted) {
    String nowhere = "NULL::BIGINT AS __file, NULL::BIGINT AS __row, NULL::BIGINT AS __mirrored";
    return counted(
        duck,
        changes,
        Text.of(
            "SELECT 'insert' AS _change_type, %s, %s FROM (%s)",
            each(c -> Sql.name(c.name())), nowhere, wantedRows(wanted)));
  }

  /**
   * The changes to a bag whose rows come and go as is known already, for a table that keeps its
   * columns.
   *
   * @param changes name of the temp table to make, replaced if it is there
   * @param weighed a relation with the columns and {@code _w}: how often the row comes, or goes if
   *     that is negative; each row once
   * @return empty if a row goes that the table has not
   */
  public Optional<Changes> weighed(Connection duck, String changes, String mirror, String weighed) {
    Going going = going(duck, weighed);
    Changes found = counted(duck, changes, moved(mirror, weighed, going));
    return found.deletes() == going.rows() ? Optional.of(found) : Optional.empty();
  }

  /**
   * The rows that go.
   *
   * @param anyNull whether one of them has a NULL
   */
  private record Going(long rows, boolean anyNull) {}

  private Going going(Connection duck, String weighed) {
    String isNull =
        after().names().stream()
            .map(name -> Sql.name(name) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    return Sql.query(
        duck,
        Text.of(
            "SELECT coalesce(-sum(_w), 0)::BIGINT, coalesce(bool_or(%s), false) FROM %s WHERE _w <"
                + " 0",
            isNull, weighed),
        rows -> {
          var _ = rows.next();
          return new Going(rows.getLong(1), rows.getBoolean(2));
        });
  }

  /** Of equal rows any may go, as many as go. */
  private String moved(String mirror, String weighed, Going going) {
    String all = each(c -> Sql.name(c.name()));
    String equal = going.anyNull() ? "IS NOT DISTINCT FROM" : "=";
    return Text.of(
        """
        SELECT 'delete' AS _change_type, %1$s, __file, __row, __mirrored FROM (
          SELECT m.*, m.rowid AS __mirrored, g._w, row_number() OVER (PARTITION BY %2$s) AS __n
          FROM %3$s m JOIN (SELECT %4$s, _w FROM %5$s WHERE _w < 0) g ON %6$s)
        WHERE __n <= -_w
        UNION ALL
        SELECT 'insert', %4$s, NULL, NULL, NULL FROM %5$s, range(_w) WHERE _w > 0
        """,
        all,
        each(c -> "m." + Sql.name(c.name())),
        mirror,
        each(c -> cast(Sql.name(c.name()), c)),
        weighed,
        after().names().stream()
            .map(name -> Text.of("m.%1$s %2$s g.%1$s", Sql.name(name), equal))
            .collect(Collectors.joining(" AND ")));
  }

  /** A plain equality scans the mirror at half the cost, and says the same where NULL is not. */
  private String inScope(Connection duck, Scope scope) {
    String equal = mayMeetNull(duck, scope) ? "IS NOT DISTINCT FROM" : "=";
    return scope.columns().stream()
        .map(c -> Text.of("m.%s %s s.%s", Sql.name(evolution.oldName(c)), equal, Sql.name(c)))
        .collect(Collectors.joining(" AND "));
  }

  private boolean mayMeetNull(Connection duck, Scope scope) {
    List<String> nullable =
        scope.columns().stream()
            .filter(c -> before.column(evolution.oldName(c)).map(Column::nullable).orElse(true))
            .map(c -> Sql.name(c) + " IS NULL")
            .toList();
    return !nullable.isEmpty()
        && Sql.number(
                duck,
                Text.of(
                    "SELECT count(*) FROM %s WHERE %s",
                    scope.relation(), String.join(" OR ", nullable)))
            > 0;
  }

  private Changes compare(Connection duck, String changes, String rows, String wanted) {
    if (!key.isEmpty()) {
      refuseDuplicates(duck, wanted);
    }
    return counted(duck, changes, key.isEmpty() ? bag(rows, wanted) : keyed(rows, wanted));
  }

  /** Fills the temp table and counts what is in it. */
  private Changes counted(Connection duck, String changes, String select) {
    String name = "temp.main." + Sql.name(changes);
    long rows =
        Sql.update(
            duck, Text.of("CREATE OR REPLACE TEMP TABLE %s AS %s", Sql.name(changes), select));
    return rows == 0 ? new Changes(name, 0, 0, 0) : RowChanges.of(duck, table, name).found();
  }

  private void refuseDuplicates(Connection duck, String wanted) {
    long twice =
        Sql.number(
            duck,
            Text.of(
                "SELECT count(*) FROM (SELECT 1 FROM %s GROUP BY %s HAVING count(*) > 1)",
                wanted, Sql.names(key)));
    if (twice > 0) {
      throw new MillraceException(
          LakeError.LK_010_DUPLICATE_KEY,
          Text.of(
              "%d keys of table %s have more than one row in the result of its query; the key is"
                  + " (%s). Make the query yield one row a key, or declare other KEYS.",
              twice, table, String.join(", ", key)));
    }
  }

  /** Each pair that differs gives its old row, if there is one, and its wanted row. */
  private String keyed(String rows, String wanted) {
    return Text.of(
        """
        SELECT CASE WHEN sides.old
            THEN CASE WHEN n.__wanted THEN 'update_preimage' ELSE 'delete' END
            ELSE CASE WHEN o.__file IS NULL THEN 'insert' ELSE 'update_postimage' END
            END AS _change_type,
          %s,
          CASE WHEN sides.old THEN o.__file END AS __file, CASE WHEN sides.old THEN o.__row END AS __row,
          CASE WHEN sides.old THEN o.__mirrored END AS __mirrored
        FROM (%s) o FULL JOIN (%s) n ON %s CROSS JOIN (VALUES (true), (false)) sides(old)
        WHERE (o.__file IS NULL OR n.__wanted IS NULL OR NOT (%s))
          AND CASE WHEN sides.old THEN o.__file IS NOT NULL ELSE n.__wanted IS NOT NULL END
        """,
        each(c ->
            Text.of("CASE WHEN sides.old THEN o.%1$s ELSE n.%1$s END AS %1$s", Sql.name(c.name()))),
        oldRows(rows),
        wantedRows(wanted),
        onKey(),
        allSame());
  }

  private String bag(String rows, String wanted) {
    String all = each(c -> Sql.name(c.name()));
    String same =
        after().columns().stream()
            .map(c -> Text.of("o.%1$s IS NOT DISTINCT FROM n.%1$s", Sql.name(c.name())))
            .collect(Collectors.joining(" AND "));
    return Text.of(
        """
        WITH o AS MATERIALIZED (
          SELECT *, row_number() OVER (PARTITION BY %1$s) AS __n FROM (%2$s)),
        n AS MATERIALIZED (
          SELECT *, row_number() OVER (PARTITION BY %1$s) AS __n FROM (%3$s)),
        gone AS MATERIALIZED (SELECT %1$s, __file, __row, __mirrored%5$s
          FROM o ANTI JOIN n ON %4$s AND o.__n = n.__n),
        come AS MATERIALIZED (SELECT %1$s%5$s FROM n ANTI JOIN o ON %4$s AND o.__n = n.__n)
        SELECT 'delete' AS _change_type, %1$s, __file, __row, __mirrored FROM gone o%6$s
        UNION ALL
        SELECT 'insert', %1$s, NULL, NULL, NULL FROM come n%7$s
        """,
        all,
        oldRows(rows),
        wantedRows(wanted),
        same,
        nearPlace(),
        lessNear("come n"),
        lessNear("gone o"));
  }

  private List<Column> floats() {
    return after().columns().stream().filter(this::allowsTrifle).toList();
  }

  /** Of rows left over that differ in floating numbers only, the place in their order. */
  private String nearPlace() {
    if (floats().isEmpty()) {
      return "";
    }
    String exact =
        after().columns().stream()
            .filter(c -> !allowsTrifle(c))
            .map(c -> Sql.name(c.name()))
            .collect(Collectors.joining(", "));
    String order = floats().stream().map(c -> Sql.name(c.name())).collect(Collectors.joining(", "));
    return Text.of(
        ", row_number() OVER (%sORDER BY %s) AS __p",
        exact.isEmpty() ? "" : "PARTITION BY " + exact + " ", order);
  }

  /** Leaves rows out whose like, but for a trifle, stands in the same place on the other side. */
  private String lessNear(String others) {
    return floats().isEmpty()
        ? ""
        : Text.of(
            " ANTI JOIN %s ON o.__p = n.__p AND %s",
            others,
            after().columns().stream().map(this::same).collect(Collectors.joining(" AND ")));
  }

  /** The table's rows under the columns that it gets. */
  private String oldRows(String rows) {
    return Text.of(
        "SELECT %s, __file, __row, __mirrored FROM (%s)",
        each(c ->
            evolution.continued(before, c).map(o -> old(o, c)).orElseGet(() -> cast("NULL", c))),
        rows);
  }

  /** Without a cast where it would change nothing: even so it has to be parsed and bound. */
  private static String old(Column continued, Column column) {
    return continued.type().equals(column.type()) && continued.name().equals(column.name())
        ? Sql.name(column.name())
        : cast(Sql.name(continued.name()), column);
  }

  /** The value as one of the column, under its name. */
  static String cast(String value, Column column) {
    return Text.of("CAST(%s AS %s) AS %s", value, column.type().sql(), Sql.name(column.name()));
  }

  private String wantedRows(String wanted) {
    return Text.of(
        "SELECT %s, true AS __wanted FROM %s", each(c -> cast(Sql.name(c.name()), c)), wanted);
  }

  private String onKey() {
    return key.stream()
        .map(k -> Text.of("o.%1$s IS NOT DISTINCT FROM n.%1$s", Sql.name(k)))
        .collect(Collectors.joining(" AND "));
  }

  private String allSame() {
    String same =
        after().columns().stream()
            .filter(c -> key.stream().noneMatch(k -> k.equalsIgnoreCase(c.name())))
            .map(this::same)
            .collect(Collectors.joining(" AND "));
    return same.isEmpty() ? "true" : same;
  }

  private String same(Column column) {
    String name = Sql.name(column.name());
    String equal = Text.of("o.%1$s IS NOT DISTINCT FROM n.%1$s", name);
    if (!allowsTrifle(column)) {
      return equal;
    }
    return Text.of(
        "(%2$s OR coalesce(isfinite(o.%1$s) AND isfinite(n.%1$s) AND abs(o.%1$s::DOUBLE -"
            + " n.%1$s::DOUBLE) <= %3$s * greatest(abs(o.%1$s::DOUBLE), abs(n.%1$s::DOUBLE)),"
            + " false))",
        name, equal, SAME);
  }

  /** Whether the column's values are the same when they differ by a trifle. */
  private boolean allowsTrifle(Column column) {
    return !exact && column.isFloating();
  }

  private String each(Function<Column, String> text) {
    return after().columns().stream().map(text).collect(Collectors.joining(", "));
  }
}
