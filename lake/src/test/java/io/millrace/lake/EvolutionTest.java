package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.delta.kernel.internal.types.TypeWideningChecker;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvolutionTest extends LakeFixture {
  private static final RowSchema NEXT =
      new RowSchema(
          List.of(
              new Column("id", Simple.BIGINT, false),
              new Column("amount", Simple.VARCHAR, true),
              new Column("since", Simple.TIMESTAMP, true)),
          List.of("id"));

  @Test
  void columnsAreAddedDroppedAndRetypedWithTheRowsInOneVersion() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Sql.run(
        duck,
        "CREATE TEMP TABLE wanted AS FROM (VALUES (1, 'one', NULL), (2, NULL, NULL), (3, 'three',"
            + " TIMESTAMP '1970-01-01 00:00:01')) t(id, amount, since)");
    RowDiff.Changes changes =
        new RowDiff(NAME, table.schema(), NEXT, NEXT.key())
            .into(duck, "changes", "mirror", "wanted");
    assertThat(changes).extracting("inserts", "updates", "deletes").containsExactly(1L, 1L, 0L);
    table.commit(duck, mirror, changes.relation(), Watermark.at(1, "e"), NEXT);
    assertThat(table.schema()).isEqualTo(NEXT);
    List<String> expected = List.of("1|one|NULL", "2|NULL|NULL", "3|three|1000000");
    assertThat(KernelReader.rows(table.path())).isEqualTo(expected);
    mirror.refresh(duck);
    assertThat(rows(NEXT, "mirror")).isEqualTo(expected);
    assertThat(rows(table.history().createView(duck, 1, "v"), "v")).isEqualTo(expected);
    assertThat(rows(table.history().createView(duck, 0, "old"), "old"))
        .containsExactly("1|a|1.00", "2|b|NULL");
    assertThat(table.history().schemaAt(0)).isEqualTo(SCHEMA);
    assertThat(table.changes().load(duck, 1, "feed")).isEqualTo(NEXT);
    assertThat(strings("SELECT _change_type, id, amount, since FROM feed"))
        .containsExactly(
            "insert|3|three|1970-01-01 00:00:01.0",
            "update_postimage|1|one|null",
            "update_preimage|1|null|null");
    assertThat(table.changes().load(duck, 0, "feed")).isEqualTo(SCHEMA);
  }

  @Test
  void aColumnThatComesBackDoesNotBringItsOldValues() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    RowSchema without = new RowSchema(List.of(SCHEMA.columns().get(0)), List.of("id"));
    none(table, mirror, 1, without);
    none(table, mirror, 2, SCHEMA);
    assertThat(KernelReader.rows(table.path())).containsExactly("1|NULL|NULL", "2|NULL|NULL");
    assertThat(rows(SCHEMA, "mirror")).containsExactly("1|NULL|NULL", "2|NULL|NULL");
    DeltaTable again = lake.open(NAME);
    assertThat(again.schema()).isEqualTo(SCHEMA);
    make(again, Mirror.load(duck, again, "again"), 3, "SELECT 1 AS id, 'x' AS name, 1 AS amount");
    assertThat(rows(SCHEMA, "again")).containsExactly("1|x|1.00");
  }

  private void none(DeltaTable table, Mirror mirror, long cut, RowSchema schema) {
    RowDiff.Changes changes =
        new RowDiff(NAME, table.schema(), schema, schema.key())
            .into(
                duck,
                "changes",
                "mirror",
                "(SELECT *, NULL AS name, NULL AS amount FROM (SELECT id FROM mirror))");
    assertThat(changes.none()).isTrue();
    table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "e"), schema);
    mirror.refresh(duck);
  }

  @Test
  void theKeyMayChange() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    none(table, mirror, 1, new RowSchema(SCHEMA.columns(), List.of("id", "name")), "mirror");
    assertThat(lake.open(NAME).schema().key()).containsExactly("id", "name");
  }

  private void none(DeltaTable table, Mirror mirror, long cut, RowSchema schema, String wanted) {
    RowDiff.Changes changes =
        new RowDiff(NAME, table.schema(), schema, schema.key())
            .into(duck, "changes", "mirror", wanted);
    assertThat(changes.none()).isTrue();
    table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "e"), schema);
  }

  /** Applies an evolution with no other change of rows, and tells how many rows it would change. */
  private long evolve(DeltaTable table, Mirror mirror, Evolution evolution, String wanted) {
    mirror.refresh(duck);
    RowDiff.Changes changes =
        new RowDiff(NAME, table.schema(), evolution, evolution.schema().key())
            .into(duck, "changes", mirror.relation(), wanted);
    CommitResult done =
        table.commit(
            duck,
            mirror,
            changes.relation(),
            Watermark.at(table.watermark().cut() + 1, "e"),
            evolution);
    assertThat(done).isInstanceOf(CommitResult.Committed.class);
    mirror.refresh(duck);
    return changes.inserts() + changes.updates() + changes.deletes();
  }

  private void everyReaderSees(DeltaTable table, List<String> expected) throws Exception {
    assertThat(rows(table.schema(), "mirror")).isEqualTo(expected);
    assertThat(KernelReader.rows(table.path())).isEqualTo(expected);
    DeltaTable again = lake.open(NAME);
    assertThat(again.schema()).isEqualTo(table.schema());
    assertThat(rows(again.history().createView(duck, again.version(), "v"), "v"))
        .isEqualTo(expected);
  }

  @Test
  void aWiderTypeKeepsValuesAndFiles() throws Exception {
    List<Column> columns = new ArrayList<>(List.of(new Column("id", Simple.INTEGER, false)));
    List<DataType> narrow =
        List.of(
            Simple.TINYINT,
            Simple.SMALLINT,
            Simple.INTEGER,
            Simple.INTEGER,
            Simple.BIGINT,
            Simple.FLOAT,
            new DataType.Decimal(9, 2),
            new DataType.Decimal(18, 4));
    List<DataType> wide =
        List.of(
            Simple.SMALLINT,
            Simple.INTEGER,
            Simple.BIGINT,
            Simple.DOUBLE,
            new DataType.Decimal(20, 0),
            Simple.DOUBLE,
            new DataType.Decimal(18, 4),
            new DataType.Decimal(38, 10));
    List<Column> wider = new ArrayList<>(List.of(new Column("id", Simple.BIGINT, false)));
    List<String> least = new ArrayList<>(List.of("1 AS id"));
    for (int i = 0; i < narrow.size(); i++) {
      columns.add(new Column("c" + i, narrow.get(i), true));
      wider.add(new Column("c" + i, wide.get(i), true));
      least.add("(-7)::" + narrow.get(i).sql() + " AS c" + i);
    }
    RowSchema before = new RowSchema(columns, List.of("id"));
    RowSchema after = new RowSchema(wider, List.of("id"));
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(before),
            Watermark.at(0, "d"),
            duck,
            "SELECT " + String.join(", ", least) + " UNION ALL BY NAME SELECT 2 AS id");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    assertThat(evolve(table, mirror, Evolution.to(after), "mirror")).isZero();
    assertThat(table.storage().files()).isEqualTo(1);
    List<String> nulls = Collections.nCopies(narrow.size(), "NULL");
    List<String> expected =
        List.of("1|-7|-7|-7|-7.0|-7|-7.0|-7.0000|-7.0000000000", "2|" + String.join("|", nulls));
    everyReaderSees(table, expected);
    // a value that the narrow types do not hold, and the change feed over the change of types
    assertThat(
            evolve(
                table,
                mirror,
                Evolution.to(after),
                "(FROM mirror WHERE id = 1 UNION ALL BY NAME SELECT 2 AS id, 300 AS c0, 70000 AS"
                    + " c1, 5000000000 AS c2)"))
        .isEqualTo(1);
    everyReaderSees(
        table, List.of(expected.getFirst(), "2|300|70000|5000000000|NULL|NULL|NULL|NULL|NULL"));
    var _ = table.changes().load(duck, 2, "feed");
    assertThat(strings("SELECT _change_type, id, c0 FROM feed"))
        .containsExactly("update_postimage|2|300", "update_preimage|2|null");
    assertThat(rows(table.history().createView(duck, 0, "old"), "old"))
        .containsExactly("1|-7|-7|-7|-7|-7|-7.0|-7.00|-7.0000", "2|" + String.join("|", nulls));
  }

  @Test
  void aTypeMayBeWidenedAgainAndItsChangesAreAllTold() throws Exception {
    RowSchema small =
        new RowSchema(List.of(new Column("id", Simple.TINYINT, false)), List.of("id"));
    DeltaTable table =
        lake.create(NAME, TableSpec.of(small), Watermark.at(0, "d"), duck, "SELECT 1 AS id");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (Simple type : List.of(Simple.SMALLINT, Simple.BIGINT)) {
      RowSchema next = new RowSchema(List.of(new Column("id", type, false)), List.of("id"));
      assertThat(evolve(table, mirror, Evolution.to(next), "mirror")).isZero();
    }
    RowSchema more =
        new RowSchema(
            List.of(new Column("id", Simple.BIGINT, false), new Column("x", Simple.DATE, true)),
            List.of("id"));
    assertThat(
            evolve(table, mirror, Evolution.to(more), "(SELECT *, NULL AS x FROM (FROM mirror))"))
        .isZero();
    everyReaderSees(table, List.of("1|NULL"));
    assertThat(Files.readString(table.path().resolve("_delta_log/00000000000000000003.json")))
        .contains("delta.typeChanges", "byte", "short", "long");
  }

  @Test
  void whatWidensIsWhatDeltaAllows() {
    List<DataType> types = new ArrayList<>(List.of(Simple.values()));
    types.removeAll(List.of(Simple.TIME, Simple.UUID));
    for (int[] decimal : new int[][] {{9, 0}, {10, 0}, {10, 2}, {20, 0}, {20, 2}, {38, 18}}) {
      types.add(new DataType.Decimal(decimal[0], decimal[1]));
    }
    for (DataType from : types) {
      for (DataType to : types) {
        boolean allowed =
            !from.equals(to)
                && TypeWideningChecker.isWideningSupported(
                    DeltaTypes.toDelta("c", from, 1), DeltaTypes.toDelta("c", to, 1));
        boolean dates = from == Simple.DATE && to == Simple.TIMESTAMP;
        assertThat(DeltaTypes.widens(from, to))
            .as("%s to %s", from.sql(), to.sql())
            .isEqualTo(allowed && !dates);
      }
    }
  }

  @Test
  void aRenamedColumnKeepsItsValuesAndAnotherMayTakeItsName() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    RowSchema renamed =
        new RowSchema(
            List.of(
                new Column("key", Simple.BIGINT, false),
                new Column("title", Simple.VARCHAR, true),
                new Column("name", Simple.VARCHAR, true)),
            List.of("key"));
    Evolution evolution = new Evolution(renamed, Map.of("key", "id", "title", "name"));
    assertThat(
            evolve(
                table,
                mirror,
                evolution,
                "(SELECT id AS key, name AS title, NULL AS name FROM (FROM mirror))"))
        .isZero();
    everyReaderSees(table, List.of("1|a|NULL", "2|b|NULL"));
    assertThat(
            evolve(
                table,
                mirror,
                Evolution.to(renamed),
                "(SELECT key, title, 'new' AS name FROM (FROM mirror))"))
        .isEqualTo(2);
    everyReaderSees(table, List.of("1|a|new", "2|b|new"));
    var _ = table.changes().load(duck, 2, "feed");
    assertThat(strings("SELECT _change_type, key, title, name FROM feed WHERE key = 1"))
        .containsExactly("update_postimage|1|a|new", "update_preimage|1|a|null");
  }

  @Test
  void aRequiredColumnMayBecomeNullable() throws Exception {
    RowSchema strict =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false), new Column("name", Simple.VARCHAR, false)),
            List.of("id"));
    RowSchema relaxed =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false), new Column("name", Simple.VARCHAR, true)),
            List.of("id"));
    DeltaTable table =
        lake.create(
            NAME, TableSpec.of(strict), Watermark.at(0, "d"), duck, "SELECT 1 AS id, 'a' AS name");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    assertThat(
            evolve(
                table,
                mirror,
                Evolution.to(relaxed),
                "(FROM mirror UNION ALL BY NAME SELECT 2 AS id)"))
        .isEqualTo(1);
    everyReaderSees(table, List.of("1|a", "2|NULL"));
  }

  @Test
  void compactionWritesOldFilesInTheTypesAndNamesOfNow() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    RowSchema next =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false),
                new Column("title", Simple.VARCHAR, true),
                new Column("amount", new DataType.Decimal(20, 4), true)),
            List.of("id"));
    assertThat(
            evolve(
                table,
                mirror,
                new Evolution(next, Map.of("title", "name")),
                "(SELECT id, name AS title, amount FROM (FROM mirror) UNION ALL SELECT 3, 'c', 2)"))
        .isEqualTo(1);
    assertThat(lake.maintenance(NAME).compact(duck, CompactionGoal.usual()).filesBefore())
        .isEqualTo(2);
    table.refresh();
    mirror.refresh(duck);
    everyReaderSees(table, List.of("1|a|1.0000", "2|b|NULL", "3|c|2.0000"));
  }
}
