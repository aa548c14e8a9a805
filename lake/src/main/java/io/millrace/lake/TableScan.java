package io.millrace.lake;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

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
        : "SELECT " + layout.fromPhysical() + marked(duck, 1, deadTable);
  }

  private String live(Connection duck, String deadTable) {
    return files.stream().allMatch(f -> f.dead().isEmpty())
        ? " FROM " + physicalRows()
        : marked(duck, 0, deadTable);
  }

  /**
   * The rows whose bit is so: looked up, for a join with the dead rows' numbers costs as much as
   * reading the rows. Those after a file's last dead one share its last bit, which is zero.
   */
  private String marked(Connection duck, int bit, String deadTable) {
    fill(duck, deadTable);
    return Text.of(
        """
         FROM %s CROSS JOIN temp.main.%s d WHERE %d = get_bit(
          d.__dead[file_index::BIGINT + 1],
          least(file_row_number, d.__last[file_index::BIGINT + 1])::INTEGER)\
        """,
        physicalRows(), Sql.name(deadTable), bit);
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

  /** Fills a temp table of one row with the bits of each file. */
  private void fill(Connection duck, String deadTable) {
    String bytes = Sql.name(deadTable + " bytes");
    String ddl = Text.of("CREATE OR REPLACE TEMP TABLE %s (f BIGINT, b BLOB)", bytes);
    Sql.run(duck, ddl);
    try (DuckDBAppender appender =
        duck.unwrap(DuckDBConnection.class).createAppender("temp", "main", deadTable + " bytes")) {
      long number = 0;
      for (LiveFile file : files) {
        appender.beginRow().append(number++).append(DeletionVector.bits(file.dead())).endRow();
      }
    } catch (SQLException e) {
      throw Sql.failed(ddl, e);
    }
    Sql.run(
        duck,
        Text.of(
            "CREATE OR REPLACE TEMP TABLE %s AS SELECT list(b::BIT ORDER BY f) AS __dead,"
                + " list(8 * octet_length(b) - 1 ORDER BY f) AS __last FROM %s",
            Sql.name(deadTable), bytes));
    Sql.run(duck, "DROP TABLE " + bytes);
  }
}
