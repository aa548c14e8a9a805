package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeltaTableTest extends LakeFixture {

  @Test
  void holdsTheInitialRowsInVersionZero() throws Exception {
    DeltaTable table = createTable();
    assertThat(table.version()).isZero();
    assertThat(table.schema()).isEqualTo(SCHEMA);
    assertThat(table.rows()).isEqualTo(2);
    assertThat(KernelReader.rows(table.path())).containsExactly("1|a|1.00", "2|b|NULL");
    assertThat(lake.tables()).containsExactly(NAME);
    assertThat(lake.exists(TableName.parse("dim.other"))).isFalse();
  }

  @Test
  void insertsUpdatesAndDeletesInOneVersion() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    CommitResult result =
        make(table, mirror, 5, "FROM (VALUES (2, 'B', 2.50), (3, 'c', 3)) t(id, name, amount)");
    assertThat(result).isInstanceOf(CommitResult.Committed.class);
    assertThat((CommitResult.Committed) result)
        .extracting("version", "rowsInserted", "rowsDeleted", "files")
        .containsExactly(1L, 2L, 2L, 1L);
    assertThat(KernelReader.rows(table.path())).containsExactly("2|B|2.50", "3|c|3.00");
    assertThat(rows(SCHEMA, "mirror")).containsExactly("2|B|2.50", "3|c|3.00");
    assertThat(table.rows()).isEqualTo(2);
    DeltaTable again = lake.open(NAME);
    assertThat(again.watermark()).isEqualTo(table.watermark());
    assertThat(again.watermark().cut()).isEqualTo(5);
    assertThat(again.id()).isEqualTo(table.id());
    Mirror other = Mirror.load(duck, again, "other");
    assertThat(rows(SCHEMA, other.relation())).containsExactly("2|B|2.50", "3|c|3.00");
  }

  @Test
  void removesAFileWhoseRowsAreAllDeadAndKeepsTheOthers() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "FROM mirror UNION ALL BY NAME SELECT 3 AS id, 'c' AS name");
    assertThat(table.scan().files()).hasSize(2);
    make(table, mirror, 2, "SELECT * FROM mirror WHERE id = 3");
    assertThat(table.scan().files()).hasSize(1);
    assertThat(lake.open(NAME).scan().files()).hasSize(1);
    make(table, mirror, 3, "SELECT * FROM mirror WHERE false");
    assertThat(table.scan().files()).isEmpty();
    DeltaTable empty = lake.open(NAME);
    assertThat(empty.rows()).isZero();
    assertThat(rows(SCHEMA, Mirror.load(duck, empty, "empty").relation())).isEmpty();
    make(empty, Mirror.load(duck, empty, "empty"), 4, "SELECT 9 AS id, 'z' AS name, 1 AS amount");
    assertThat(rows(SCHEMA, "empty")).containsExactly("9|z|1.00");
  }

  @Test
  void keepsDeadRowsOfALargeFileInAFileOfTheirOwn() throws Exception {
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(SCHEMA),
            Watermark.at(0, "d"),
            duck,
            "SELECT i AS id, 'n' || i AS name, i AS amount FROM range(200000) t(i)");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "SELECT * FROM mirror WHERE hash(id) % 10 <> 0");
    try (var files = Files.list(table.path())) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .anyMatch(n -> n.startsWith("deletion_vector_") && n.endsWith(".bin"));
    }
    make(table, mirror, 2, "SELECT * FROM mirror WHERE hash(id) % 10 <> 1");
    List<String> expected =
        rows(
            SCHEMA,
            "(SELECT i AS id, 'n' || i AS name, i::DECIMAL(12,2) AS amount FROM range(200000) t(i)"
                + " WHERE hash(i) % 10 > 1)");
    assertThat(KernelReader.rows(table.path())).isEqualTo(expected);
    assertThat(rows(SCHEMA, Mirror.load(duck, lake.open(NAME), "again").relation()))
        .isEqualTo(expected);
  }

  @Test
  void commitsAWatermarkWithoutRows() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    assertThat(make(table, mirror, 7, "FROM mirror"))
        .isEqualTo(new CommitResult.Committed(1, 0, 0, 0, 0));
    assertThat(lake.open(NAME).watermark().cut()).isEqualTo(7);
  }

  @Test
  void storesTheWholeWatermarkAndTellsTheCutInTheCommit() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Sql.run(duck, "CREATE TEMP TABLE nothing AS SELECT *, '' AS _change_type FROM mirror LIMIT 0");
    Watermark next =
        new Watermark(9, Map.of("a", 1L), Map.of("t", "x"), Map.of("b", "y"), 4, 3, "h", "");
    table.commit(duck, mirror, "nothing", next);
    Watermark stored = lake.open(NAME).watermark();
    assertThat(stored).usingRecursiveComparison().ignoringFields("commit").isEqualTo(next);
    assertThat(stored.commit()).isNotEmpty();
    assertThat(Files.readString(table.path().resolve("_delta_log/00000000000000000001.json")))
        .contains("\"cut\":\"9\"");
  }

  @Test
  void appendsToATableWithoutKey() throws Exception {
    TableName name = TableName.parse("marts.refresh_history");
    RowSchema bag = new RowSchema(SCHEMA.columns(), List.of());
    DeltaTable table = lake.create(name, TableSpec.of(bag), Watermark.at(-1, "d"));
    table.append(duck, "SELECT 1 AS id, 'a' AS name, NULL AS amount", Watermark.at(1, "d"));
    table.append(duck, "SELECT 1 AS id, 'a' AS name, NULL AS amount", Watermark.at(2, "d"));
    assertThat(KernelReader.rows(table.path())).containsExactly("1|a|NULL", "1|a|NULL");
  }

  @Test
  void refusesChangesThatDoNotFitItsRows() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    String row = "SELECT 1 AS id, 'a' AS name, 1 AS amount, ";
    for (String wrong :
        List.of(
            "'delete' AS _change_type, NULL::INTEGER AS __file, NULL::BIGINT AS __row",
            "'insert' AS _change_type, 0 AS __file, 0 AS __row",
            "'delete' AS _change_type, 99 AS __file, 0 AS __row",
            "'update_preimage' AS _change_type, 0 AS __file, 0 AS __row",
            "'upsert' AS _change_type, 0 AS __file, 0 AS __row",
            "'delete' AS _change_type, 0 AS __file, 0 AS __row FROM range(2)")) {
      Sql.run(duck, "CREATE OR REPLACE TEMP TABLE wrong AS " + row + wrong);
      assertThatThrownBy(() -> table.commit(duck, mirror, "wrong", Watermark.at(1, "d")))
          .isInstanceOf(MillraceException.class)
          .hasMessageStartingWith("LK-009");
    }
    assertThat(lake.open(NAME).version()).isZero();
    assertThat(mirror.current()).isTrue();
  }

  @Test
  void refusesChangesThatAreOtherThanWasCounted() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (String meanwhile :
        List.of(
            "DELETE FROM changes WHERE _change_type = 'insert'",
            "INSERT INTO changes FROM changes WHERE _change_type = 'insert'",
            "DELETE FROM changes WHERE _change_type = 'delete'",
            "UPDATE changes SET _change_type = 'insert'",
            "UPDATE changes SET __file = NULL",
            "UPDATE changes SET __row = NULL")) {
      Sql.run(
          duck,
          "CREATE OR REPLACE TEMP TABLE wanted AS FROM mirror WHERE id > 1 UNION ALL BY NAME"
              + " SELECT 9 AS id, 'i' AS name");
      RowDiff.Changes counted = RowDiff.of(table).into(duck, "changes", "mirror", "wanted");
      assertThat(counted.inserts() * counted.deletes()).isPositive();
      Sql.run(duck, meanwhile);
      assertThatThrownBy(() ->
              table.commit(
                  duck, mirror, counted, Watermark.at(1, "d"), Evolution.to(table.schema())))
          .as(meanwhile)
          .hasMessageStartingWith("LK-009");
    }
    assertThat(lake.open(NAME).version()).isZero();
    assertThat(mirror.current()).isTrue();
  }

  @Test
  void refusesACutBeforeItsOwn() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 5, "SELECT * FROM mirror WHERE id = 1");
    assertThatThrownBy(() -> make(table, mirror, 4, "SELECT * FROM mirror WHERE id = 2"))
        .hasMessageStartingWith("LK-012");
  }

  @Test
  void isCreatedOnce() {
    createTable();
    assertThatThrownBy(this::createTable).hasMessageStartingWith("LK-002");
    assertThatThrownBy(() -> lake.open(TableName.parse("dim.none")))
        .hasMessageStartingWith("LK-001");
  }

  @Test
  void writesACheckpointBesideTheCommitsAndGoesOn() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int i = 1; i <= 51; i++) {
      make(table, mirror, i, "SELECT 1 AS id, 'v" + i + "' AS name, 1 AS amount");
    }
    lake.close();
    assertThat(table.path().resolve("_delta_log/00000000000000000050.checkpoint.parquet")).exists();
    assertThat(table.path().resolve("_delta_log/00000000000000000051.crc")).exists();
    lake = new Lake(directory.resolve("lake"));
    DeltaTable again = lake.open(NAME);
    assertThat(again.version()).isEqualTo(51);
    assertThat(again.watermark().cut()).isEqualTo(51);
    assertThat(rows(SCHEMA, Mirror.load(duck, again, "again").relation()))
        .containsExactly("1|v51|1.00");
  }

  @Test
  void deletesTheRightRowsFromAMirrorWhoseRowsHaveMoved() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Sql.run(duck, "CREATE TEMP TABLE wanted AS FROM mirror WHERE id = 2");
    RowDiff.Changes changes = RowDiff.of(table).into(duck, "changes", "mirror", "wanted");
    Sql.run(duck, "UPDATE changes SET __mirrored = __mirrored + 1");
    assertThat(table.commit(duck, mirror, changes.relation(), Watermark.at(1, "d")))
        .isInstanceOf(CommitResult.Committed.class);
    assertThat(mirror.current()).isTrue();
    assertThat(rows(SCHEMA, "mirror")).containsExactly("2|b|NULL");
    assertThat(KernelReader.rows(table.path())).containsExactly("2|b|NULL");
  }
}
