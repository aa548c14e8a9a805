package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A DuckDB instance; one a process is enough and all its connections share its memory. Nothing is
 * downloaded, times are UTC. What it holds is a cache: of its file only mirrors outlive a restart.
 *
 * <p>Safe to share between threads; a connection is not. Closing it ends the instance when its
 * connections are closed as well.
 */
public final class DuckDb implements AutoCloseable {
  /** Schema of what is known of the mirrors; an instance that keeps nothing has none. */
  static final String KEPT_SCHEMA = "millrace mirrors";

  private static final Logger LOG = LoggerFactory.getLogger(DuckDb.class);

  /**
   * The last one whose text is not in DICT_FSST, out of which one row costs as much as its vector;
   * a step reads rows from all over a mirror ({@code docs/adr/0018}). What is in memory has no such
   * format, and its statements would be told as JSON in an older form too.
   */
  private static final String STORAGE = "v1.2.0";

  /**
   * DuckDB 2.0 gives wrong rows with it: of a LEFT JOIN whose right side its statistics prove
   * empty, it takes sums to be 0 and leaves out what a condition on them keeps ({@code
   * docs/adr/0020}).
   */
  private static final String WRONG = "statistics_propagation";

  private final DuckDBConnection first;
  private final @Nullable Path ownSpill;

  private DuckDb(DuckDBConnection first, @Nullable Path ownSpill) {
    this.first = first;
    this.ownSpill = ownSpill;
  }

  /**
   * Bounds of an instance.
   *
   * @param memory DuckDB's own memory, such as "1GB"; the JVM and Arrow are apart
   * @param threads its threads for one statement
   * @param spill what it may write to the disk beyond its memory, such as "10GB"
   */
  public record Limits(String memory, int threads, String spill) {
    /** Small bounds, for tests and tools. */
    public static Limits small() {
      return new Limits("512MB", 2, "4GB");
    }
  }

  /**
   * Opens an instance whose tables lie in a file in this directory. What was there before is
   * dropped, but for the {@link Mirror}s that can be read from end to end; a file that is torn,
   * damaged or of another version of DuckDB is deleted.
   *
   * @throws MillraceException LK-003 when the directory cannot be used
   */
  public static DuckDb inDirectory(Path stateDirectory, Limits limits) {
    Path file = stateDirectory.resolve("state.duckdb");
    Path spill = stateDirectory.resolve("spill");
    try {
      Files.createDirectories(stateDirectory);
      DuckDb kept = Files.exists(file) ? kept(file, limits, spill) : null;
      if (kept != null) {
        return kept;
      }
      Files.deleteIfExists(file);
      Files.deleteIfExists(stateDirectory.resolve("state.duckdb.wal"));
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "local state cannot be kept in " + stateDirectory + ". Is it writable?",
          e);
    }
    DuckDb fresh = open(file.toString(), limits, spill);
    Sql.run(fresh.first, "CREATE SCHEMA " + Sql.name(KEPT_SCHEMA));
    return fresh;
  }

  /**
   * Drops the kept mirrors of all tables but these, and whatever else there is: to be called before
   * anything is made. A table that is removed from a warehouse would be held for ever.
   */
  public void keepMirrorsOf(Collection<TableName> tables) {
    MirrorRecord.dropAllButThoseOf(first, tables);
  }

  /** Null when the file is of no use. */
  private static @Nullable DuckDb kept(Path file, Limits limits, Path spill) {
    DuckDb kept = null;
    try {
      kept = open(file.toString(), limits, spill);
      MirrorRecord.dropAllButMirrors(kept.first);
      return kept;
    } catch (MillraceException e) {
      LOG.warn("local state {} is of no use and is made anew from the lake", file, e);
      if (kept != null) {
        kept.abandon();
      }
      return null;
    }
  }

  private void abandon() {
    try {
      first.close();
    } catch (SQLException e) {
      LOG.warn("local state that is of no use did not close", e);
    }
  }

  /** Opens an instance in memory that spills into this directory. */
  public static DuckDb inMemory(Path spillDirectory, Limits limits) {
    return open("", limits, spillDirectory);
  }

  /**
   * Opens an instance in memory for SQL that users wrote: it reads files below one directory, and
   * reaches nothing else, no network, no other file, no setting. It writes nothing there: it spills
   * into a folder for temporary files, which goes when it is closed. Results are not held: one at a
   * time is read on a connection.
   */
  public static DuckDb sandbox(Path readableDirectory, Limits limits) {
    Path spill = temporaryDirectory();
    DuckDb opened = open("", limits, spill, Map.of(DuckDBDriver.JDBC_STREAM_RESULTS, "true"));
    DuckDb sandbox = new DuckDb(opened.first, spill);
    String directory = readableDirectory.toAbsolutePath().normalize() + "/";
    Sql.run(sandbox.first, "SET allow_community_extensions = false");
    Sql.run(sandbox.first, "SET allowed_directories = [" + Sql.text(directory) + "]");
    Sql.run(sandbox.first, "SET enable_external_access = false");
    Sql.run(sandbox.first, "SET lock_configuration = true");
    return sandbox;
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("millrace-spill");
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "there is no folder for temporary files. Is java.io.tmpdir writable?",
          e);
    }
  }

  private static DuckDb open(String file, Limits limits, Path spill) {
    return open(file, limits, spill, Map.of());
  }

  private static DuckDb open(String file, Limits limits, Path spill, Map<String, String> more) {
    Properties settings = new Properties();
    settings.putAll(more);
    settings.setProperty("autoinstall_known_extensions", "false");
    settings.setProperty("autoload_known_extensions", "false");
    settings.setProperty("memory_limit", limits.memory());
    settings.setProperty("threads", String.valueOf(limits.threads()));
    settings.setProperty("temp_directory", spill.toAbsolutePath().toString());
    settings.setProperty("max_temp_directory_size", limits.spill());
    settings.setProperty("preserve_insertion_order", "false");
    settings.setProperty("disabled_optimizers", WRONG);
    if (!file.isEmpty()) {
      settings.setProperty("storage_compatibility_version", STORAGE);
    }
    try {
      DuckDb duckDb =
          new DuckDb(
              DriverManager.getConnection("jdbc:duckdb:" + file, settings)
                  .unwrap(DuckDBConnection.class),
              null);
      UnpackedLibrary.remove();
      Sql.run(duckDb.first, "SET GLOBAL TimeZone = 'UTC'");
      return duckDb;
    } catch (SQLException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "DuckDB did not open "
              + (file.isEmpty() ? "in memory" : file)
              + ". Does another process hold it?",
          e);
    }
  }

  /** A new connection in autocommit mode, which the caller closes. */
  public Connection connect() {
    try {
      return first.duplicate();
    } catch (SQLException e) {
      throw Sql.failed("connect", e);
    }
  }

  @Override
  public void close() {
    try {
      first.close();
    } catch (SQLException e) {
      throw Sql.failed("close", e);
    } finally {
      if (ownSpill != null) {
        delete(ownSpill);
      }
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} is left behind", directory, e);
    }
  }
}
