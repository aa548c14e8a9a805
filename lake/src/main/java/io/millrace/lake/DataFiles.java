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
import java.util.HashMap;
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

  /**
   * What row changes do to a table's files.
   *
   * @param inOrder whether the one new file holds its rows as {@link RowChanges#newRowsPlaced}
   *     counts them
   */
  record OfChanges(FileChanges files, boolean inOrder) {}

  /**
   * A file that has no name in the table yet.
   *
   * @param statistics by the columns' names in the file
   */
  record Copied(
      Path path,
      long rows,
      long sizeBytes,
      PartitionValues partition,
      Map<String, ColumnStatistics> statistics) {}

  /** Writes what row changes do to a table's files; all of it, or nothing stays. */
  OfChanges of(Connection duck, LiveFiles live, TableLayout layout, RowChanges changes) {
    Target rows = Target.of(folder.path(), layout, changes.written());
    Target feed = Target.of(folder.path().resolve("_change_data"), layout, changes.rows());
    DeadRows dead = new DeadRows(changes.table(), live);
    SmallChanges small = new SmallChanges(changes, layout, dead);
    boolean fits = SmallChanges.fits(changes, layout);
    List<List<Written>> written =
        write(
            layout,
            List.of(rows, feed),
            () -> {
              if (fits) {
                rows.create();
                if (changes.removed() > 0) {
                  feed.create();
                }
                return small.write(duck, rows.scratch(), feed.scratch());
              }
              changes.gather(duck, dead);
              return List.of(
                  changes.written() == 0
                      ? List.of()
                      : copied(duck, layout, layout.toPhysical(), changes.newRows(), rows),
                  changes.removed() == 0
                      ? List.of()
                      : copied(
                          duck,
                          layout,
                          layout.toPhysical() + ", _change_type",
                          changes.all(),
                          feed));
            });
    try {
      changes.requireCounted(count(written.getFirst()), count(written.getLast()), dead.added());
      FileChanges removal = dead.removal(folder);
      return new OfChanges(
          new FileChanges(
              removal.removed(),
              removal.readded(),
              written.getFirst().stream().map(LiveFile::of).toList(),
              written.getLast()),
          fits && small.inOrder());
    } catch (MillraceException e) {
      written.forEach(this::discard);
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
    Target target = Target.directory(folder.path(), fileBytes);
    return write(
            layout,
            List.of(target),
            () -> List.of(copied(duck, layout, layout.toPhysical(), select, target)))
        .getFirst();
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

  /** Writes below scratch names; for each target, files in no order. */
  @FunctionalInterface
  private interface Source {
    List<List<Copied>> write() throws IOException;
  }

  private List<List<Written>> write(TableLayout layout, List<Target> targets, Source source) {
    List<List<Written>> written =
        targets.stream().<List<Written>>map(_ -> new ArrayList<>()).toList();
    try {
      List<List<Copied>> copied = source.write();
      for (int i = 0; i < targets.size(); i++) {
        for (Copied file : copied.get(i)) {
          if (file.rows() > 0) {
            written.get(i).add(published(file, layout, targets.get(i).nameOf(file.path())));
          }
        }
      }
      return written;
    } catch (MillraceException e) {
      written.forEach(this::discard);
      throw e;
    } catch (IOException | UncheckedIOException e) {
      written.forEach(this::discard);
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "data files cannot be written to "
              + folder.path()
              + ". Check the disk; it is tried again.",
          e);
    } finally {
      targets.forEach(Target::clear);
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
      Connection duck, TableLayout layout, String columns, String select, Target target)
      throws IOException {
    target.create();
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
                    statistics(layout, rows.getObject("column_statistics"))));
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

  @SuppressWarnings("unchecked") // the driver's type of MAP(VARCHAR, MAP(VARCHAR, VARCHAR))
  private static Map<String, ColumnStatistics> statistics(TableLayout layout, Object value) {
    var byQuotedName = (Map<String, Map<String, String>>) value;
    Map<String, ColumnStatistics> byName = new HashMap<>();
    for (TableLayout.Physical column : layout.inFiles()) {
      Map<String, String> values = byQuotedName.get(Sql.name(column.name()));
      if (values != null) {
        byName.put(column.name(), ColumnStatistics.ofCopy(column.column().type(), values));
      }
    }
    return byName;
  }
}
