package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

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
   * Writes the deletion vectors that remove the old rows.
   *
   * @return what happens to files that are there, without new ones
   * @throws MillraceException LK-009 for a place that holds no live row, or is named twice
   */
  FileChanges removal(Connection duck, LiveFiles live, TableFolder folder) {
    if (removed() == 0) {
      return FileChanges.none();
    }
    Map<Long, RoaringBitmap> dead = dead(duck, live);
    List<LiveFile> removed = new ArrayList<>();
    Map<Long, RoaringBitmap> remaining = new LinkedHashMap<>();
    dead.forEach((ordinal, rows) -> {
      LiveFile file = live.require(ordinal);
      removed.add(file);
      if (!file.allDead(rows)) {
        remaining.put(ordinal, rows);
      }
    });
    List<LiveFile> readded = new ArrayList<>();
    DeletionVector.write(folder, remaining)
        .forEach((ordinal, vector) ->
            readded.add(
                live.require(ordinal)
                    .with(vector, dead.getOrDefault(ordinal, new RoaringBitmap()))));
    return new FileChanges(removed, readded, List.of(), List.of());
  }

  /** By file, all rows that are dead after the change. */
  private Map<Long, RoaringBitmap> dead(Connection duck, LiveFiles live) {
    return Sql.query(
        duck,
        oldPlaces(),
        rows -> {
          Map<Long, RoaringBitmap> dead = new LinkedHashMap<>();
          long places = 0;
          for (; rows.next(); places++) {
            long ordinal = rows.getLong(1);
            RoaringBitmap bitmap = dead.get(ordinal);
            if (bitmap == null) {
              LiveFile file = live.get(ordinal);
              if (file == null) {
                throw invalid(table, "a place in a file that the table does not hold");
              }
              bitmap = file.dead().clone();
              dead.put(ordinal, bitmap);
            }
            if (!bitmap.checkedAdd(Math.toIntExact(rows.getLong(2)))) {
              throw invalid(table, "a place whose row is dead already, or that is named twice");
            }
          }
          requireCounted("places", places, removed());
          return dead;
        });
  }

  /**
   * Refuses a relation that holds other rows than were counted.
   *
   * @throws MillraceException LK-009
   */
  void requireCounted(String what, long found, long counted) {
    if (found != counted) {
      throw invalid(table, Text.of("%d %s where %d were counted", found, what, counted));
    }
  }

  private static MillraceException invalid(TableName table, String what) {
    return new MillraceException(
        LakeError.LK_009_CHANGES_INVALID,
        "the changes for table "
            + table
            + " hold "
            + what
            + ". Nothing was committed; this is a defect of the step that made them.");
  }
}
