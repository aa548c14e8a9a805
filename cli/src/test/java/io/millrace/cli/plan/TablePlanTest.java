package io.millrace.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.sql.RefreshRecord;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablePlanTest {
  private static final RowSchema RAW =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("v", DataType.Simple.BIGINT, true)),
          List.of("id"));
  private static final TableName MART = TableName.parse("marts.m");

  @TempDir Path directory;

  @BeforeEach
  void folder() throws IOException {
    write("warehouse.yml", "name: w\nlake: ./lake\n");
    write(
        "sources/s.yml",
        "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:SECRET}\n"
            + "tables: [t]\n");
    write("staging/t.sql", "CREATE STAGING TABLE staging.t KEYS (id) AS SELECT * FROM raw.s.t");
    write("marts/m.sql", "CREATE DYNAMIC TABLE marts.m AS SELECT id, v FROM staging.t");
    write("marts/n.sql", "CREATE DYNAMIC TABLE marts.n AS SELECT id FROM marts.m");
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Warehouse warehouse() {
    return WarehouseFolder.read(
            directory,
            (source, resource) -> Optional.of(RAW),
            new WarehouseFolder.Reading(Map.of("SECRET", "s"), true))
        .orThrow();
  }

  private static void create(Lake lake, Table table) {
    var _ =
        lake.create(
            table.name(), TableSpec.of(table.schema()), Watermark.at(0, table.definition()));
  }

  private List<String> plan(Lake lake) {
    return TablePlan.of(warehouse(), lake).stream().flatMap(p -> p.lines().stream()).toList();
  }

  @Test
  void whatTheLakeDoesNotHaveIsCreatedAndTheRestStays() {
    try (Lake lake = new Lake(directory.resolve("lake"))) {
      create(lake, warehouse().table(TableName.parse("staging.t")).orElseThrow());
      assertThat(plan(lake))
          .containsExactly(
              "create   marts.m: filled at its first cut",
              "create   marts.n: filled at its first cut");
    }
  }

  @Test
  void aChangedStatementSaysColumnsCostAndWhoReadsIt() throws IOException, SQLException {
    try (Lake lake = new Lake(directory.resolve("lake"))) {
      warehouse().tables().forEach(t -> create(lake, t));
      assertThat(plan(lake)).isEmpty();
      write(
          "marts/m.sql",
          "CREATE DYNAMIC TABLE marts.m TARGET_LAG = '1 hour' AS SELECT id, v::VARCHAR AS v, 1 AS"
              + " one FROM staging.t");
      history(lake);
      assertThat(plan(lake))
          .containsExactly(
              "rebuild  marts.m: its statement has changed",
              "           column v becomes VARCHAR, it is BIGINT: rows with a value in it are"
                  + " written",
              "           column one INTEGER is added: rows with a value in it are written",
              "           its query runs once as a whole, which last took 35 ms, and is compared"
                  + " with 0 rows; what differs is one version, so readers see the old rows or the"
                  + " new",
              "           the difference flows on into marts.n as ordinary changes",
              "           run: millrace rebuild marts.m");
    }
  }

  @Test
  void aStatementThatReplacesNeedsNoOrderNorDoesATableWithoutRows() throws IOException {
    try (Lake lake = new Lake(directory.resolve("lake"))) {
      warehouse().tables().stream()
          .filter(t -> !t.name().name().equals("n"))
          .forEach(t -> create(lake, t));
      Table empty = warehouse().table(TableName.parse("marts.n")).orElseThrow();
      var _ =
          lake.create(
              empty.name(), TableSpec.of(empty.schema()), Watermark.at(-1, empty.definition()));
      write("marts/m.sql", "CREATE OR REPLACE DYNAMIC TABLE marts.m AS SELECT id FROM staging.t");
      write("marts/n.sql", "CREATE DYNAMIC TABLE marts.n AS SELECT id, 1 AS one FROM marts.m");
      assertThat(plan(lake))
          .contains(
              "rebuild  marts.m: its statement has changed",
              "           it is rebuilt when the services start",
              "create   marts.n: it has no rows yet, and is filled by its new statement")
          .noneMatch(line -> line.contains("run: millrace"));
    }
  }

  @Test
  void aColumnChangesInPlaceWhereItsValuesAreKept() throws IOException {
    try (Lake lake = new Lake(directory.resolve("lake"))) {
      warehouse().tables().forEach(t -> create(lake, t));
      write(
          "marts/m.sql",
          "CREATE DYNAMIC TABLE marts.m TARGET_LAG = '1 hour' AS SELECT id, v::DECIMAL(22, 2) AS v"
              + " FROM staging.t");
      assertThat(plan(lake))
          .contains("           column v becomes DECIMAL(22,2), it is BIGINT: in place");
      write(
          "marts/m.sql",
          "CREATE DYNAMIC TABLE marts.m TARGET_LAG = '1 hour' AS SELECT id FROM staging.t");
      assertThat(plan(lake)).contains("           column v goes: in place");
      write(
          "marts/m.sql",
          "CREATE DYNAMIC TABLE marts.m TARGET_LAG = '1 hour' AS SELECT id, v AS w FROM staging.t");
      assertThat(plan(lake))
          .contains(
              "           column w BIGINT is added: rows with a value in it are written, also if it"
                  + " is an old one's new name",
              "           column v goes: in place");
    }
  }

  @Test
  void aTableWithoutStatementIsLeft() throws IOException {
    try (Lake lake = new Lake(directory.resolve("lake"))) {
      warehouse().tables().forEach(t -> create(lake, t));
      Files.delete(directory.resolve("marts/n.sql"));
      assertThat(plan(lake))
          .containsExactly(
              "leave    marts.n: it has no statement; its rows are kept and no longer refreshed");
    }
  }

  @Test
  void theHistoryIsReadNewestFirst() throws SQLException {
    try (Lake lake = new Lake(directory.resolve("lake"))) {
      assertThat(RefreshRecord.newest(lake, MART, 10)).isEmpty();
      history(lake);
      List<RefreshRecord> records = RefreshRecord.newest(lake, MART, 10);
      assertThat(records).extracting(RefreshRecord::cut).containsExactly(9L, 8L);
      assertThat(records.getFirst().predicts()).isTrue();
      assertThat(records.getLast().predicts()).isFalse();
      assertThat(records.getLast().startedAt()).isEqualTo("2026-01-01T00:00:00Z");
      assertThat(RefreshRecord.newest(lake, MART, 1)).hasSize(1);
    }
  }

  /** A history as the marts service writes it: a full refresh, then an incremental one. */
  private void history(Lake lake) throws SQLException {
    RowSchema schema =
        new RowSchema(
            Arrays.stream(
                    ("table_name VARCHAR,cut BIGINT,started_at TIMESTAMPTZ,duration_ms"
                         + " BIGINT,strategy VARCHAR,reason_code VARCHAR,predicted_full_ms"
                         + " DOUBLE,predicted_incremental_ms DOUBLE,outcome VARCHAR,rows_inserted"
                         + " BIGINT,rows_updated BIGINT,rows_deleted BIGINT,error"
                         + " VARCHAR,strategy_ms DOUBLE")
                        .split(",", -1))
                .map(c -> c.split(" ", -1))
                .map(c -> new Column(c[0], DataType.ofSql(c[1]), true))
                .toList(),
            List.of());
    try (DuckDb duckDb = DuckDb.inMemory(directory.resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      var _ =
          lake.create(
              new TableName("marts", "_refresh_history"),
              TableSpec.of(schema),
              Watermark.at(9, "_refresh_history"),
              duck,
              """
              SELECT * FROM (VALUES
                ('marts.m', 8, TIMESTAMPTZ '2026-01-01 00:00:00+00', 50, 'FULL', 'NO_STATE',
                 NULL::DOUBLE, 5.0::DOUBLE, 'changed', 3, 0, 0, NULL::VARCHAR, 35.0::DOUBLE),
                ('marts.m', 9, TIMESTAMPTZ '2026-01-01 00:01:00+00', 20, 'INCREMENTAL', 'CHEAPER',
                 35.0, 5.0, 'changed', 1, 0, 0, NULL, 4.0))
              v(table_name, cut, started_at, duration_ms, strategy, reason_code, predicted_full_ms,
                predicted_incremental_ms, outcome, rows_inserted, rows_updated, rows_deleted, error,
                strategy_ms)
              """);
    }
  }
}
