package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows of a set of files as a query. A query over files with dead rows reads a temp table that
 * is filled when the query is made, and must be there when it is run.
 *
 * @param table the table's directory
 */
record TableScan(Path table, TableLayout layout, Collection<LiveFile> files) {

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

  /**
   * Refuses to read a version whose files vacuum has taken.
   *
   * @throws MillraceException LK-011
   */
  TableScan requireFiles(TableName name, long version) {
    requireFiles(files.stream().map(f -> f.under(table)).toList(), name, version);
    return this;
  }

  static void requireFiles(List<Path> files, TableName name, long version) {
    if (!files.stream().allMatch(Files::exists)) {
      throw new MillraceException(
          LakeError.LK_011_HISTORY_GONE,
          Text.of(
              "files of version %d of table %s were removed by vacuum. Read a newer version; a"
                  + " follower has to start from the table's rows.",
              version, name));
    }
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
    return layout.rowsOf(files.stream().map(f -> f.under(table)).toList());
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
