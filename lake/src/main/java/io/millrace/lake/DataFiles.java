package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Parquet files into a table's directory. They are on disk when a method returns, and no
 * part of the table until a commit names them; vacuum removes those that none names.
 */
final class DataFiles {
  private static final Logger LOG = LoggerFactory.getLogger(DataFiles.class);
  private static final long FILE_BYTES_MAX = 256L << 20;

  private final TableFolder folder;

  DataFiles(TableFolder folder) {
    this.folder = folder;
  }

  /**
   * A Parquet file just written.
   *
   * @param path its name relative to the table's directory
   * @param partition values of its partition
   * @param statistics JSON text for the log
   */
  record Written(
      String path,
      PartitionValues partition,
      long rows,
      long sizeBytes,
      long modifiedMillis,
      String statistics) {}

  /** Writes what row changes do to a table's files; all of it, or nothing stays. */
  FileChanges of(Connection duck, LiveFiles live, TableLayout layout, RowChanges changes) {
    List<Written> rows = changes.written() == 0 ? List.of() : rows(duck, layout, changes.newRows());
    List<Written> feed = List.of();
    try {
      feed = changes.removed() == 0 ? List.of() : changes(duck, layout, changes.all());
      FileChanges removal = changes.removal(duck, live, folder);
      return new FileChanges(
          removal.removed(), removal.readded(), rows.stream().map(LiveFile::of).toList(), feed);
    } catch (MillraceException e) {
      discard(rows);
      discard(feed);
      throw e;
    }
  }

  /** Writes the rows of a query with the table's columns; no rows, no file. */
  List<Written> rows(Connection duck, TableLayout layout, String select) {
    return rows(duck, layout, select, FILE_BYTES_MAX);
  }

  /** As {@link #rows(Connection, TableLayout, String)}, into files of about this size. */
  List<Written> rows(Connection duck, TableLayout layout, String select, long fileBytes) {
    return write(duck, layout, layout.toPhysical(), select, folder.path(), fileBytes);
  }

  /** Writes the rows of a query with the table's columns and {@code _change_type}. */
  List<Written> changes(Connection duck, TableLayout layout, String select) {
    return write(
        duck,
        layout,
        layout.toPhysical() + ", _change_type",
        select,
        folder.path().resolve("_change_data"),
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
    List<Written> written = new ArrayList<>();
    try {
      Files.createDirectories(scratch);
      for (Copied file : copied(duck, layout, columns, select, scratch, fileBytes)) {
        if (file.rows() > 0) {
          written.add(published(file, layout, target));
        }
      }
      return written;
    } catch (MillraceException e) {
      discard(written);
      throw e;
    } catch (IOException e) {
      discard(written);
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "data files cannot be written to " + target + ". Check the disk; it is tried again.",
          e);
    } finally {
      clear(scratch);
    }
  }

  /** Deletes files that no commit will name, as far as it can: vacuum takes what is left. */
  void discard(List<Written> written) {
    for (Written file : written) {
      try {
        var _ = folder.storage().delete(folder.locate(file.path()).toString());
      } catch (IOException e) {
        LOG.warn("file {} of {} is left for vacuum", file.path(), folder.name(), e);
      }
    }
  }

  private static void clear(Path scratch) {
    try (Stream<Path> left = Files.walk(scratch)) {
      for (Path file : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (NoSuchFileException e) {
      // it was never made
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} is left for vacuum", scratch, e);
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
            columns, select, Sql.text(scratch.toString()), fileBytes, layout.copyOptions());
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
                    PartitionValues.written(layout, rows.getObject("partition_keys")),
                    statistics(rows.getObject("column_statistics"))));
          }
          return files;
        });
  }

  /** Gives a file its place. */
  private Written published(Copied file, TableLayout layout, Path target) throws IOException {
    Path place = target.resolve(file.path().getFileName());
    long modifiedMillis = Files.getLastModifiedTime(file.path()).toMillis();
    folder.storage().publish(file.path(), place);
    return new Written(
        folder.path().relativize(place).toString(),
        file.partition(),
        file.rows(),
        file.sizeBytes(),
        modifiedMillis,
        FileStatistics.json(file.rows(), layout.inFiles(), file.statistics()));
  }

  private record Copied(
      Path path,
      long rows,
      long sizeBytes,
      PartitionValues partition,
      Map<String, Map<String, String>> statistics) {}

  @SuppressWarnings("unchecked") // the driver's type of MAP(VARCHAR, MAP(VARCHAR, VARCHAR))
  private static Map<String, Map<String, String>> statistics(Object value) {
    return (Map<String, Map<String, String>>) value;
  }
}
