package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.util.List;
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
}
