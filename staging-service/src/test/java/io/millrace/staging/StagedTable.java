package io.millrace.staging;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.WarehouseFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One life of a process that holds {@code staging.s} over {@code raw.shop.s (id, name)} in a lake,
 * without Kafka. Opened again in the same folder it goes on with the table.
 */
final class StagedTable implements AutoCloseable {
  private static final TableName NAME = new TableName("staging", "s");
  private static final String RAW =
      "(id BIGINT, name VARCHAR, _op VARCHAR, _committed_at TIMESTAMPTZ, _position BIGINT,"
          + " _part INTEGER, _cut BIGINT)";

  private final DuckDb duckDb;
  private final Connection duck;
  private final Lake lake;
  private final DeltaTable table;
  private final Mirror mirror;
  private final StagingTable definition;
  private final StagedRows staged;
  private final Refusals refused;

  StagedTable(Path folder, String clause, String select) {
    this.definition = definition(folder, clause, select);
    this.duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    this.duck = duckDb.connect();
    this.lake = new Lake(folder.resolve("lake"));
    this.table =
        lake.exists(NAME)
            ? lake.open(NAME)
            : lake.create(NAME, TableSpec.of(definition.schema()), Watermark.at(-1, "d"));
    Sql.run(duck, "CREATE SCHEMA staging");
    this.mirror = Mirror.load(duck, table, "staging.s");
    this.staged = new StagedRows(duck, definition);
    this.refused = new Refusals(duck);
  }

  static StagingTable definition(Path folder, String clause, String select) {
    write(folder, "warehouse.yml", "name: t\nlake: lake\n");
    write(
        folder,
        "sources/shop.yml",
        """
        kind: cdc
        engine: postgres
        host: h
        port: 1
        database: d
        user: u
        password: ${env:P}
        tables: [public.s]
        """);
    write(
        folder,
        "staging/s.sql",
        "CREATE STAGING TABLE staging.s %s AS %s"
            .formatted(
                clause,
                select.contains(" WHERE ")
                    ? select.replace(" WHERE ", " FROM raw.shop.s WHERE ")
                    : select + " FROM raw.shop.s"));
    RowSchema raw =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false), new Column("name", Simple.VARCHAR, true)),
            List.of("id"));
    return WarehouseFolder.read(
            folder,
            (source, resource) -> Optional.of(raw),
            new WarehouseFolder.Reading(Map.of("P", "p"), false))
        .orThrow()
        .stagingTables()
        .getFirst();
  }

  private static void write(Path folder, String file, String text) {
    try {
      Path path = folder.resolve(file);
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cut that the table shows. */
  long cut() {
    return table.watermark().cut();
  }

  /** Its Delta version. */
  long version() {
    return table.version();
  }

  /**
   * Takes records to the table and commits.
   *
   * @param records (id, name, op, second, position, 0, cut) as SQL text
   * @param whole whether they are all that the topic holds
   */
  List<Refusal> take(List<String> records, long cut, boolean whole) {
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE raw " + RAW);
    if (!records.isEmpty()) {
      Sql.run(duck, "INSERT INTO raw VALUES " + String.join(", ", records));
    }
    refused.begin();
    staged.apply("raw", whole, refused);
    RowSchema schema = definition.schema();
    RowDiff.Changes changes =
        staged.diff(new RowDiff(NAME, table.schema(), schema, schema.key()), mirror.relation());
    if (!changes.none()) {
      CommitResult result =
          table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"), schema);
      if (!(result instanceof CommitResult.Committed)) {
        throw new IllegalStateException("nobody else writes here: " + result);
      }
      mirror.refresh(duck);
    }
    return List.copyOf(refused.between(0, Long.MAX_VALUE).values());
  }

  /** The rows of a version, sorted as text. */
  List<String> rowsAt(long version) {
    var _ = table.history().createView(duck, version, "shown");
    List<String> all = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet rows = statement.executeQuery("SELECT concat_ws(' ', *COLUMNS(*)) FROM shown")) {
      while (rows.next()) {
        all.add(rows.getString(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return all.stream().sorted().toList();
  }

  @Override
  public void close() throws SQLException {
    duck.close();
    duckDb.close();
    lake.close();
  }
}
