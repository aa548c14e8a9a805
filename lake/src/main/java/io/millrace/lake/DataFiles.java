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

  /** So few rows go into one file whatever their size: a directory of their own costs more. */
  private static final long ROWS_OF_ONE_FILE = 10_000;

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
    List<Written> rows =
        changes.written() == 0
            ? List.of()
            : write(
                duck,
                layout,
                layout.toPhysical(),
                changes.newRows(),
                Target.of(folder.path(), layout, changes.written()));
    List<Written> feed = List.of();
    try {
      changes.requireCounted("new rows", count(rows), changes.written());
      feed =
          changes.removed() == 0
              ? List.of()
              : write(
                  duck,
                  layout,
                  layout.toPhysical() + ", _change_type",
                  changes.all(),
                  Target.of(folder.path().resolve("_change_data"), layout, changes.rows()));
      changes.requireCounted("rows", count(feed), changes.removed() == 0 ? 0 : changes.rows());
      FileChanges removal = changes.removal(duck, live, folder);
      return new FileChanges(
          removal.removed(), removal.readded(), rows.stream().map(LiveFile::of).toList(), feed);
    } catch (MillraceException e) {
      discard(rows);
      discard(feed);
      throw e;
    }
  }

  private static long count(List<Written> files) {
    return files.stream().mapToLong(Written::rows).sum();
  }

  /** Writes the rows of a query with the table's columns; no rows, no file. */
  List<Written> rows(Connection duck, TableLayout layout, String select) {
    return rows(duck, layout, select, FILE_BYTES_MAX);
  }

  /** As {@link #rows(Connection, TableLayout, String)}, into files of about this size. */
  List<Written> rows(Connection duck, TableLayout layout, String select, long fileBytes) {
    return write(
        duck, layout, layout.toPhysical(), select, Target.directory(folder.path(), fileBytes));
  }

  /**
   * Where DuckDB writes before files get their names.
   *
   * @param place of the files, below the table's directory
   * @param scratch a file, or a directory that takes any number of them
   * @param fileBytes about the size of each in a directory
   */
  private record Target(Path place, Path scratch, boolean oneFile, long fileBytes) {
    static Target of(Path place, TableLayout layout, long rows) {
      if (rows > ROWS_OF_ONE_FILE || !layout.partitionBy().isEmpty()) {
        return directory(place, FILE_BYTES_MAX);
      }
      Path file = LocalFiles.temporary(place.resolve("part-" + UUID.randomUUID() + ".parquet"));
      return new Target(place, file, true, FILE_BYTES_MAX);
    }

    static Target directory(Path place, long fileBytes) {
      return new Target(place, place.resolve("_new-" + UUID.randomUUID()), false, fileBytes);
    }

    void create() throws IOException {
      Path directory = oneFile ? place : scratch;
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory);
      }
    }

    String options() {
      return oneFile
          ? "USE_TMP_FILE false, WRITE_BLOOM_FILTER false" // of so few rows it skips none
          : "FILE_SIZE_BYTES "
              + fileBytes
              + ", FILENAME_PATTERN 'part-{uuid}', OVERWRITE_OR_IGNORE";
    }

    /** The name that a file gets. */
    Path nameOf(Path file) {
      return place.resolve(
          oneFile ? "part-" + UUID.randomUUID() + ".parquet" : file.getFileName().toString());
    }

    /** Deletes what got no name. */
    void clear() {
      try {
        if (oneFile) {
          Files.deleteIfExists(scratch);
          return;
        }
        try (Stream<Path> left = Files.walk(scratch)) {
          for (Path file : left.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      } catch (NoSuchFileException e) {
        // it was never made
      } catch (IOException | UncheckedIOException e) {
        LOG.warn("{} is left for vacuum", scratch, e);
      }
    }
  }

  private List<Written> write(
      Connection duck, TableLayout layout, String columns, String select, Target target) {
    List<Written> written = new ArrayList<>();
    try {
      target.create();
      for (Copied file : copied(duck, layout, columns, select, target)) {
        if (file.rows() > 0) {
          written.add(published(file, layout, target.nameOf(file.path())));
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
          "data files cannot be written to "
              + target.place()
              + ". Check the disk; it is tried again.",
          e);
    } finally {
      target.clear();
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

  private static List<Copied> copied(
      Connection duck, TableLayout layout, String columns, String select, Target target) {
    String sql =
        Text.of(
            "COPY (SELECT %s FROM (%s)) TO %s (FORMAT parquet, COMPRESSION zstd, %s, %s,"
                + " RETURN_STATS true)",
            columns,
            select,
            Sql.text(target.scratch().toString()),
            target.options(),
            layout.copyOptions());
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
  private Written published(Copied file, TableLayout layout, Path place) throws IOException {
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
