package io.millrace.lake;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows of a set of files as a query. A query over files with dead rows reads a temp table that
 * is filled when the query is made, and must be there when it is run.
 *
 * <p>Making a query makes its files readable, or throws LK-011 or LK-018.
 */
record TableScan(TableFolder folder, TableLayout layout, Collection<LiveFile> files) {

  /** The live rows. */
  String rows(Connection duck, String deadTable) {
    return files.isEmpty()
        ? layout.noRows()
        : "SELECT " + layout.fromPhysical() + live(duck, deadTable);
  }

  /** The live rows and their places. */
  String rowsWithPlace(Connection duck, String deadTable) {
    if (files.isEmpty()) {
      return "SELECT *, NULL::BIGINT AS __file, NULL::BIGINT AS __row FROM ("
          + layout.noRows()
          + ")";
    }
    String ordinals =
        files.stream().map(f -> String.valueOf(f.ordinal())).collect(Collectors.joining(", "));
    return Text.of(
        "SELECT %s, ([%s])[file_index::BIGINT + 1]::BIGINT AS __file, file_row_number AS __row %s",
        layout.fromPhysical(), ordinals, live(duck, deadTable));
  }

  /** The dead rows alone. */
  String deadRows(Connection duck, String deadTable) {
    return files.isEmpty()
        ? layout.noRows()
        : "SELECT " + layout.fromPhysical() + joined(duck, "SEMI", deadTable);
  }

  private String live(Connection duck, String deadTable) {
    return files.stream().allMatch(f -> f.dead().isEmpty())
        ? " FROM " + physicalRows()
        : joined(duck, "ANTI", deadTable);
  }

  private String joined(Connection duck, String join, String deadTable) {
    fill(duck, deadTable);
    return Text.of(
        " FROM %s p %s JOIN temp.main.%s d ON d.f = p.file_index::BIGINT AND d.r ="
            + " p.file_row_number",
        physicalRows(), join, Sql.name(deadTable));
  }

  private String physicalRows() {
    return layout.rowsOf(bring(), files.stream().map(LiveFile::partition).toList());
  }

  /** Makes its files readable and tells where they lie. */
  List<Path> bring() {
    SequencedMap<String, Long> sizes = new LinkedHashMap<>();
    files.forEach(f -> sizes.put(f.path(), f.sizeBytes()));
    return folder.bring(sizes);
  }

  private void fill(Connection duck, String deadTable) {
    List<RoaringBitmap> dead = files.stream().map(LiveFile::dead).toList();
    fill(duck, deadTable, LongStream.range(0, dead.size()).boxed().toList(), dead);
  }

  /** Fills a temp table (f, r) with row numbers, those of each bitmap under its number. */
  static void fill(
      Connection duck, String temp, List<Long> numbers, List<RoaringBitmap> rowsOfEach) {
    String ddl = Text.of("CREATE OR REPLACE TEMP TABLE %s (f BIGINT, r BIGINT)", Sql.name(temp));
    Sql.run(duck, ddl);
    try (DuckDBAppender appender =
        duck.unwrap(DuckDBConnection.class).createAppender("temp", "main", temp)) {
      for (int i = 0; i < numbers.size(); i++) {
        long number = numbers.get(i);
        for (long row : DeletionVector.rows(rowsOfEach.get(i))) {
          appender.beginRow().append(number).append(row).endRow();
        }
      }
    } catch (SQLException e) {
      throw Sql.failed(ddl, e);
    }
  }
}
