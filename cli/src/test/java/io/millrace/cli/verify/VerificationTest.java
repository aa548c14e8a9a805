package io.millrace.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.ShardPosition;
import io.millrace.lake.ShardPositions;
import io.millrace.lake.Sql;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {
  private static final TableName STAGED = TableName.parse("staging.t");
  private static final TableName MART = TableName.parse("marts.m");
  private static final RowSchema RAW =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("v", DataType.Simple.DOUBLE, true)),
          List.of("id"));
  private static final String SECOND = "2, 1700000000.5";

  @TempDir Path directory;
  private Warehouse warehouse;
  private Path root;

  @BeforeEach
  void describe() throws IOException {
    root = directory.resolve("lake");
    write("warehouse.yml", "name: w\nlake: ./lake\ntopic-prefix: w\n");
    write(
        "sources/s.yml",
        "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:SECRET}\n"
            + "tables: [public.t]\n");
    write(
        "staging/t.sql", "CREATE STAGING TABLE staging.t KEYS (id) AS SELECT id, v FROM raw.s.t;");
    write(
        "marts/m.sql",
        "CREATE DYNAMIC TABLE marts.m TARGET_LAG = '5 seconds' KEYS (id) AS SELECT id, v"
            + " FROM staging.t;");
    warehouse =
        WarehouseFolder.read(
                directory,
                (source, resource) -> Optional.of(RAW),
                new WarehouseFolder.Reading(Map.of("SECRET", "s"), true))
            .orThrow();
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /** Both tables get their second row at cut 5; what shards say of their positions differs. */
  private Finding verify(String martsSecondRow, long stagedThrough, List<Long> rounds)
      throws SQLException {
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      fill(lake, duck, STAGED, SECOND);
      fill(lake, duck, MART, martsSecondRow);
      ShardPositions positions = new ShardPositions(root);
      positions.write(
          new ShardPosition("staging", 3, stagedThrough, Map.of(), List.of("staging.t"), Map.of()));
      positions.write(
          new ShardPosition(
              "marts",
              0,
              rounds.getLast(),
              Map.of(),
              List.of("marts.m"),
              Map.of("marts.m", rounds)));
      Table mart = warehouse.table(MART).orElseThrow();
      return new Verification(lake, duckDb, CutTimes.UNKNOWN).of(mart);
    }
  }

  private static void fill(Lake lake, Connection duck, TableName name, String second) {
    DeltaTable table =
        lake.create(
            name,
            TableSpec.of(RAW),
            Watermark.at(0, "d"),
            duck,
            "FROM (VALUES (1, NULL)) t(id, v)");
    change(duck, table, second, 5);
  }

  private static void change(Connection duck, DeltaTable table, String second, long cut) {
    Mirror mirror = Mirror.load(duck, table, Sql.name("m" + table.name()));
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE wanted AS FROM (VALUES (1, NULL), (%s)) t(id, v)"
            .formatted(second));
    RowDiff.Changes changes = RowDiff.of(table).into(duck, "changes", mirror.relation(), "wanted");
    var _ = table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"));
  }

  @Test
  void judgesATableWhereItAndItsInputsCanBeRead() throws SQLException {
    Finding finding = verify(SECOND, 8, List.of(5L, 7L, 9L));
    assertThat(finding.outcome()).isEqualTo(Finding.Outcome.RIGHT);
    assertThat(finding.cut()).isEqualTo(7);
  }

  @Test
  void saysWhichRowsAreWrong() throws SQLException {
    Finding finding = verify("3, 1700000000.5", 9, List.of(9L));
    assertThat(finding.outcome()).isEqualTo(Finding.Outcome.WRONG);
    assertThat(finding.words()).contains("1 rows missing, 1 rows too many");
  }

  /** Nothing is added here, so no trifle is allowed. */
  @Test
  void saysWhichFloatingNumbersAreWrong() throws SQLException {
    Finding finding = verify("2, 1700000001.5", 9, List.of(9L));
    assertThat(finding.outcome()).isEqualTo(Finding.Outcome.WRONG);
  }

  @Test
  void findsAVersionThatWasWrongThoughTheNewestIsRight() throws SQLException {
    assertThat(verify("3, 1700000000.5", 9, List.of(6L)).outcome())
        .isEqualTo(Finding.Outcome.WRONG);
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      change(duck, lake.open(MART), SECOND, 6);
      Verification verification = new Verification(lake, duckDb, CutTimes.UNKNOWN);
      Table mart = warehouse.table(MART).orElseThrow();
      assertThat(verification.of(mart).outcome()).isEqualTo(Finding.Outcome.RIGHT);
      Finding finding = verification.of(mart, 5);
      assertThat(finding.outcome()).isEqualTo(Finding.Outcome.WRONG);
      assertThat(finding.cut()).isEqualTo(5);
    }
  }
}
