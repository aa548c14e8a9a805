package io.millrace.lake;

import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables under one directory, {@code <root>/<schema>/<table>/}. Safe to share between threads;
 * a {@link DeltaTable} is not.
 */
public final class Lake implements AutoCloseable {
  private final Path root;
  private final Storage storage;
  private final Engine engine;
  private final Clock clock;
  private final LogUpkeep upkeep;
  private volatile OutsiderPolicy outsiders = OutsiderPolicy.STOP;

  /** A lake at a local directory, which need not exist yet. */
  public Lake(Path root) {
    this(root, Clock.systemUTC(), new LocalFiles());
  }

  /** A lake on this storage, with this local image. */
  Lake(Path root, Clock clock, Storage storage) {
    this.root = root.toAbsolutePath().normalize();
    this.clock = clock;
    this.storage = storage;
    this.engine = DefaultEngine.create(storage);
    this.upkeep = new LogUpkeep(engine, storage);
  }

  /** Says what tables do from now on when somebody else changes their rows; else they stop. */
  public Lake onOutsiders(OutsiderPolicy policy) {
    outsiders = policy;
    return this;
  }

  OutsiderPolicy outsiders() {
    return outsiders;
  }

  /** Its directory. */
  public Path root() {
    return root;
  }

  Storage storage() {
    return storage;
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

  TableFolder folder(TableName table) {
    return new TableFolder(table, path(table), storage, engine);
  }

  /** Whether a table has a first version. */
  public boolean exists(TableName table) {
    return folder(table).log().earliest().isPresent();
  }

  /** The tables there are, by name. */
  public List<TableName> tables() {
    List<TableName> tables = new ArrayList<>();
    for (String schema : directories(root)) {
      for (String table : directories(root.resolve(schema))) {
        TableName name = new TableName(schema, table);
        if (exists(name)) {
          tables.add(name);
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
        folder(table).dataFiles().rows(duck, TableLayout.of(spec), initialRowsSelect);
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
    storage.close();
  }

  private List<String> directories(Path parent) {
    try {
      return storage.directories(parent).stream().filter(d -> !d.startsWith("_")).toList();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "directory " + parent + " cannot be listed.", e);
    }
  }
}
