package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A changes relation, counted and checked: rows with {@code _change_type} insert, update_preimage,
 * update_postimage or delete, and in {@code __file}, {@code __row} the place of the row that a
 * preimage or a delete removes, in {@code __mirrored} its number in the mirror.
 *
 * @param relation its name as SQL text
 */
record RowChanges(
    TableName table, String relation, long inserts, long deletes, long preimages, long postimages) {
  private static final String NEW_ROWS = "_change_type IN ('insert', 'update_postimage')";
  private static final String OLD_ROWS = "_change_type IN ('delete', 'update_preimage')";

  /**
   * Counts and checks a changes relation.
   *
   * @throws MillraceException LK-009 for places that are missing or too many, or unpaired images
   */
  static RowChanges of(Connection duck, TableName table, String relation) {
    Map<String, Long> counts = new HashMap<>();
    var _ =
        Sql.query(
            duck,
            "SELECT _change_type, count(*), count(__file), count(__row) FROM "
                + relation
                + " GROUP BY _change_type",
            rows -> {
              while (rows.next()) {
                String type = String.valueOf(rows.getString(1));
                boolean removes = "delete".equals(type) || "update_preimage".equals(type);
                long places = removes ? rows.getLong(2) : 0;
                if (rows.getLong(3) != places || rows.getLong(4) != places) {
                  throw invalid(table, "old rows without a place, or new rows with one");
                }
                counts.put(type, rows.getLong(2));
              }
              return counts;
            });
    RowChanges changes =
        new RowChanges(
            table,
            relation,
            counts.getOrDefault("insert", 0L),
            counts.getOrDefault("delete", 0L),
            counts.getOrDefault("update_preimage", 0L),
            counts.getOrDefault("update_postimage", 0L));
    if (changes.preimages != changes.postimages) {
      throw invalid(table, "updates without both images");
    }
    if (changes.rows() != counts.values().stream().mapToLong(n -> n).sum()) {
      throw invalid(table, "rows of an unknown _change_type");
    }
    return changes;
  }

  /** Those that a difference has counted already; that they hold shows where they are written. */
  static RowChanges of(TableName table, RowDiff.Changes found) {
    return new RowChanges(
        table,
        found.relation(),
        found.inserts(),
        found.deletes(),
        found.updates(),
        found.updates());
  }

  RowDiff.Changes found() {
    return new RowDiff.Changes(relation, inserts, postimages, deletes);
  }

  /** All rows of the relation. */
  long rows() {
    return removed() + written();
  }

  /** Rows that leave the table. */
  long removed() {
    return deletes + preimages;
  }

  /** Rows that come into the table. */
  long written() {
    return inserts + postimages;
  }

  /** A query of all of it. */
  String all() {
    return "SELECT * FROM " + relation;
  }

  /** A query of the rows that come. */
  String newRows() {
    return "SELECT * FROM " + relation + " WHERE " + NEW_ROWS;
  }

  /** A query of the places of the rows that leave. */
  private String oldPlaces() {
    return Text.of(
        "SELECT __file, __row FROM %s WHERE %s AND __file IS NOT NULL AND __row IS NOT NULL",
        relation, OLD_ROWS);
  }

  /**
   * Deletes the rows that leave from the mirror that the changes were computed from, by their
   * numbers there. DuckDB gives numbers anew when it tidies its file, which another connection can
   * make it do at any time, in the midst of a transaction too: so a number counts only where the
   * row under it has a place that leaves, and that is asked in the statement that deletes.
   */
  void deleteFrom(Connection duck, String mirror) {
    String numbers = "SELECT __mirrored FROM " + relation + " WHERE " + OLD_ROWS;
    String places = Text.of("(__file, __row) IN (%s)", oldPlaces());
    long deleted =
        Sql.update(
            duck, Text.of("DELETE FROM %s WHERE rowid IN (%s) AND %s", mirror, numbers, places));
    if (deleted < removed()) {
      Sql.run(duck, Text.of("DELETE FROM %s WHERE %s", mirror, places));
    }
  }

  /**
   * Adds the rows that leave to those that are dead.
   *
   * @throws MillraceException LK-009 for a place that holds no live row, or is named twice
   */
  void gather(Connection duck, DeadRows dead) {
    if (removed() == 0) {
      return;
    }
    var _ =
        Sql.query(
            duck,
            oldPlaces(),
            rows -> {
              while (rows.next()) {
                dead.add(rows.getLong(1), rows.getLong(2));
              }
              return dead;
            });
  }

  /**
   * A query of all of it, to be read in the order of its rows: the columns of the files, {@code
   * __new} (whether the row comes), {@code __file}, {@code __row} and DuckDB's number of the row,
   * by which {@link #newRowsPlaced} counts.
   */
  String inOrder(TableLayout layout) {
    return Text.of(
        "SELECT %s, _change_type, %s AS __new, __file::BIGINT, __row::BIGINT, rowid FROM %s",
        layout.toPhysical(), NEW_ROWS, relation);
  }

  /** A query of the rows that come with their places in the one file that holds them in order. */
  String newRowsPlaced(TableLayout layout, long file) {
    return Text.of(
        "SELECT %s, %d::BIGINT AS __file, row_number() OVER (ORDER BY rowid) - 1 AS __row FROM %s"
            + " WHERE %s",
        layout.columns().stream()
            .map(TableLayout.Physical::column)
            .map(c -> RowDiff.cast(Sql.name(c.name()), c))
            .collect(Collectors.joining(", ")),
        file,
        relation,
        NEW_ROWS);
  }

  /**
   * Refuses a relation that holds other rows than were counted.
   *
   * @param feed rows of the change feed, if it was written
   * @throws MillraceException LK-009
   */
  void requireCounted(long newRows, long feed, long places) {
    requireCounted("new rows", newRows, written());
    requireCounted("rows", feed, removed() == 0 ? 0 : rows());
    requireCounted("places", places, removed());
  }

  private void requireCounted(String what, long found, long counted) {
    if (found != counted) {
      throw invalid(table, Text.of("%d %s where %d were counted", found, what, counted));
    }
  }

  static MillraceException invalid(TableName table, String what) {
    return new MillraceException(
        LakeError.LK_009_CHANGES_INVALID,
        "the changes for table "
            + table
            + " hold "
            + what
            + ". Nothing was committed; this is a defect of the step that made them.");
  }
}
