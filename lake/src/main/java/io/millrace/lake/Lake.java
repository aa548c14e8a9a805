package io.millrace.lake;

import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.engine.Engine;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tables under one directory, {@code <root>/<schema>/<table>/}. Safe to share between threads;
 * a {@link DeltaTable} is not.
 */
public final class Lake implements AutoCloseable {
  private final Path root;
  private final Engine engine;
  private final Clock clock;
  private final LogUpkeep upkeep;

  /** A lake at a local directory, which need not exist yet. */
  public Lake(Path root) {
    this(root, Clock.systemUTC(), new LocalFiles());
  }

  /** A lake whose log is read and written through these files. */
  Lake(Path root, Clock clock, FileIO files) {
    this.root = root.toAbsolutePath().normalize();
    this.clock = clock;
    this.engine = DefaultEngine.create(files);
    this.upkeep = new LogUpkeep(engine);
  }

  /** Its directory. */
  public Path root() {
    return root;
  }

  Engine engine() {
    return engine;
  }

  Clock clock() {
    return clock;
  }

  LogUpkeep upkeep() {
    return upkeep;
  }

  /** Where a table lies, or would. */
  public Path path(TableName table) {
    return root.resolve(table.schema()).resolve(table.name());
  }

  /** Whether a table has a first version. */
  public boolean exists(TableName table) {
    return CommitLog.isAt(path(table));
  }

  /** The tables there are, by name. */
  public List<TableName> tables() {
    List<TableName> tables = new ArrayList<>();
    for (Path schema : directories(root)) {
      for (Path table : directories(schema)) {
        if (CommitLog.isAt(table)) {
          tables.add(
              new TableName(schema.getFileName().toString(), table.getFileName().toString()));
        }
      }
    }
    tables.sort(null);
    return tables;
  }

  /**
   * Opens a table at its newest version.
   *
   * @throws MillraceException LK-001 when there is none, LK-014 when it is not one of ours
   */
  public DeltaTable open(TableName table) {
    return DeltaTable.open(this, table);
  }

  /**
   * Creates a table without rows.
   *
   * @throws MillraceException LK-002 when it is there
   */
  public DeltaTable create(TableName table, TableSpec spec, Watermark first) {
    return TableCreation.create(this, table, spec, first, List.of());
  }

  /**
   * Creates a table whose version 0 holds the rows of a query.
   *
   * @throws MillraceException LK-002 when it is there
   */
  public DeltaTable create(
      TableName table, TableSpec spec, Watermark first, Connection duck, String initialRowsSelect) {
    List<DataFiles.Written> rows =
        new DataFiles(path(table)).rows(duck, TableLayout.of(spec.schema()), initialRowsSelect);
    return TableCreation.create(this, table, spec, first, rows);
  }

  /** What can be done to a table's files beside its writer. */
  public Maintenance maintenance(TableName table) {
    return new Maintenance(this, table);
  }

  /** Waits for the checkpoints at work. Tables opened here are not to be used after it. */
  @Override
  public void close() {
    upkeep.close();
  }

  private static List<Path> directories(Path parent) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(parent)) {
      return entries
          .filter(Files::isDirectory)
          .filter(p -> !p.getFileName().toString().startsWith("_"))
          .toList();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "directory " + parent + " cannot be listed.", e);
    }
  }
}
