package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes Parquet files into a table's directory. They are on disk when a method returns, and no
 * part of the table until a commit names them; vacuum removes those that none names.
 */
final class DataFiles {
  private static final long FILE_BYTES_MAX = 256L << 20;

  private final Path directory;

  DataFiles(Path directory) {
    this.directory = directory;
  }

  /**
   * A Parquet file just written.
   *
   * @param path its name relative to the table's directory
   * @param statistics JSON text for the log
   */
  record Written(String path, long rows, long sizeBytes, long modifiedMillis, String statistics) {}

  /** Writes the rows of a query with the table's columns; no rows, no file. */
  List<Written> rows(Connection duck, TableLayout layout, String select) {
    return rows(duck, layout, select, FILE_BYTES_MAX);
  }

  /** As {@link #rows(Connection, TableLayout, String)}, into files of about this size. */
  List<Written> rows(Connection duck, TableLayout layout, String select, long fileBytes) {
    return write(duck, layout, layout.toPhysical(), select, directory, fileBytes);
  }

  /** Writes the rows of a query with the table's columns and {@code _change_type}. */
  List<Written> changes(Connection duck, TableLayout layout, String select) {
    return write(
        duck,
        layout,
        layout.toPhysical() + ", _change_type",
        select,
        directory.resolve("_change_data"),
        FILE_BYTES_MAX);
  }

  private List<Written> write(
      Connection duck,
      TableLayout layout,
      String columns,
      String select,
      Path target,
      long fileBytes) {
    Path scratch = target.resolve("_new-" + UUID.randomUUID());
    try {
      Files.createDirectories(scratch);
      List<Written> written =
          moved(copied(duck, layout, columns, select, scratch, fileBytes), layout, target);
      LocalFiles.force(target);
      Files.delete(scratch);
      return written;
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "data files cannot be written to " + target + ". Check the disk; it is tried again.",
          e);
    }
  }

  /** DuckDB lays the files into a directory of their own. */
  private static List<Copied> copied(
      Connection duck,
      TableLayout layout,
      String columns,
      String select,
      Path scratch,
      long fileBytes) {
    String sql =
        Text.of(
            "COPY (SELECT %s FROM (%s)) TO %s (FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES"
                + " %d, FILENAME_PATTERN 'part-{uuid}', %s, OVERWRITE_OR_IGNORE, RETURN_STATS"
                + " true)",
            columns, select, Sql.text(scratch.toString()), fileBytes, layout.fieldIds());
    return Sql.query(
        duck,
        sql,
        rows -> {
          List<Copied> files = new ArrayList<>();
          while (rows.next()) {
            files.add(
                new Copied(
                    Path.of(rows.getString("filename")),
                    rows.getLong("count"),
                    rows.getLong("file_size_bytes"),
                    statistics(rows.getObject("column_statistics"))));
          }
          return files;
        });
  }

  /** Forces the files to disk and moves each to its place. */
  private List<Written> moved(List<Copied> copied, TableLayout layout, Path target)
      throws IOException {
    List<Written> written = new ArrayList<>();
    for (Copied file : copied) {
      if (file.rows() == 0) {
        Files.delete(file.path());
        continue;
      }
      LocalFiles.force(file.path());
      Path place = target.resolve(file.path().getFileName());
      Files.move(file.path(), place);
      written.add(
          new Written(
              directory.relativize(place).toString(),
              file.rows(),
              file.sizeBytes(),
              Files.getLastModifiedTime(place).toMillis(),
              FileStatistics.json(file.rows(), layout.columns(), file.statistics())));
    }
    return written;
  }

  private record Copied(
      Path path, long rows, long sizeBytes, Map<String, Map<String, String>> statistics) {}

  @SuppressWarnings("unchecked") // the driver's type of MAP(VARCHAR, MAP(VARCHAR, VARCHAR))
  private static Map<String, Map<String, String>> statistics(Object value) {
    return (Map<String, Map<String, String>>) value;
  }
}
