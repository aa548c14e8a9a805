package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeltaTypesTest extends LakeFixture {

  private static List<DataType> nested(List<DataType> plain) {
    List<DataType.Struct.Field> fields = new ArrayList<>();
    for (int i = 0; i < plain.size(); i++) {
      fields.add(new DataType.Struct.Field("f\u00e9_" + i, plain.get(i)));
    }
    DataType.Struct struct = new DataType.Struct(fields);
    List<DataType> types = new ArrayList<>();
    plain.forEach(t -> types.add(new DataType.ListOf(t)));
    types.add(struct);
    types.add(new DataType.ListOf(new DataType.ListOf(Simple.UUID)));
    types.add(new DataType.MapOf(Simple.VARCHAR, struct));
    types.add(new DataType.MapOf(Simple.INTEGER, new DataType.ListOf(struct)));
    types.add(DataType.ofSql("STRUCT(a STRUCT(u UUID, m MAP(UUID, DATE)[])[], \"B\" VARCHAR)"));
    return types;
  }

  @Test
  void holdsEveryValueOfEveryTypeThroughBothReaders() throws Exception {
    List<DataType> types = ExtremeValues.flatTypes();
    types.addAll(nested(List.copyOf(types)));
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("id", Simple.INTEGER, false));
    for (int i = 0; i < types.size(); i++) {
      columns.add(new Column("c \"" + i, types.get(i), true));
    }
    RowSchema schema = new RowSchema(columns, List.of("id"));
    Sql.run(duck, "CREATE TABLE wanted AS " + ExtremeValues.rows(types));
    DeltaTable table =
        lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d"), duck, "FROM wanted");
    List<String> expected = rows(schema, "wanted");
    assertThat(table.schema()).isEqualTo(schema);
    assertThat(lake.open(NAME).schema()).isEqualTo(schema);
    assertThat(rows(schema, Mirror.load(duck, table, "mirror").relation())).isEqualTo(expected);
    assertThat(normal(KernelReader.rows(table.path()))).isEqualTo(normal(expected));
    RowDiff.Changes none = RowDiff.of(table).into(duck, "changes", "mirror", "wanted");
    assertThat(none.none()).isTrue();
    assertThat(Files.readString(table.path().resolve("_delta_log/00000000000000000000.json")))
        .doesNotContain("Infinity", "NaN");
  }

  @Test
  void changesRowsWithNestedColumnsAndTellsTheChanges() throws Exception {
    RowSchema schema =
        new RowSchema(
            List.of(
                new Column("id", Simple.INTEGER, false),
                new Column("u", Simple.UUID, true),
                new Column("v", DataType.ofSql("STRUCT(a INTEGER, l MAP(VARCHAR, UUID)[])"), true)),
            List.of("id"));
    String uuid = "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID";
    DeltaTable table = lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(
        table,
        mirror,
        1,
        "SELECT i AS id, uuid() AS u, {'a': i, 'l': [MAP {'k': "
            + uuid
            + "}]} AS v FROM range(4) t(i)");
    CommitResult result =
        make(
            table,
            mirror,
            2,
            "SELECT id, u, CASE id WHEN 1 THEN NULL WHEN 2 THEN {'a': 2, 'l': [NULL, MAP {'k':"
                + " NULL}]} ELSE v END AS v FROM mirror WHERE id > 0");
    assertThat(result).isInstanceOf(CommitResult.Committed.class);
    List<String> expected = rows(schema, "mirror");
    assertThat(expected).hasSize(3);
    DeltaTable reader = lake.open(NAME);
    assertThat(rows(schema, Mirror.load(duck, reader, "again").relation())).isEqualTo(expected);
    assertThat(KernelReader.rows(table.path())).isEqualTo(expected);
    assertThat(reader.changes().load(duck, 2, "feed")).isEqualTo(schema);
    assertThat(strings("SELECT _change_type, id, typeof(u), v FROM feed"))
        .containsExactlyInAnyOrder(
            "delete|0|UUID|{'a': 0, 'l': [{k=6ba7b810-9dad-11d1-80b4-00c04fd430c8}]}",
            "update_preimage|1|UUID|{'a': 1, 'l': [{k=6ba7b810-9dad-11d1-80b4-00c04fd430c8}]}",
            "update_postimage|1|UUID|null",
            "update_preimage|2|UUID|{'a': 2, 'l': [{k=6ba7b810-9dad-11d1-80b4-00c04fd430c8}]}",
            "update_postimage|2|UUID|{'a': 2, 'l': [NULL, {k=NULL}]}");
    assertThat(lake.maintenance(NAME).compact(duck, CompactionGoal.usual()).filesBefore())
        .isPositive();
    assertThat(KernelReader.rows(table.path())).isEqualTo(expected);
  }

  @Test
  void beginsANestedColumnAnewWhenItsTypeChanges() throws Exception {
    RowSchema before = schemaOf("STRUCT(a INTEGER)");
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(before),
            Watermark.at(0, "d"),
            duck,
            "SELECT 1 AS id, {'a': 1} AS v");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    RowSchema after = schemaOf("STRUCT(a INTEGER, b VARCHAR[])");
    Sql.run(duck, "CREATE TABLE wanted AS SELECT 1 AS id, {'a': 1, 'b': ['x']} AS v");
    RowDiff.Changes changes =
        new RowDiff(NAME, before, after, after.key()).into(duck, "changes", "mirror", "wanted");
    table.commit(duck, mirror, changes.relation(), Watermark.at(1, "d"), after);
    assertThat(lake.open(NAME).schema()).isEqualTo(after);
    assertThat(KernelReader.rows(table.path())).containsExactly("1|(1;[x])");
  }

  @Test
  void refusesANestedKeyAndAFieldWithoutAPlainName() {
    RowSchema schema =
        new RowSchema(List.of(new Column("k", DataType.ofSql("INTEGER[]"), false)), List.of("k"));
    assertThatThrownBy(() -> lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d")))
        .hasMessageStartingWith("LK-013")
        .hasMessageContaining("cannot be a key");
    assertThatThrownBy(() ->
            lake.create(
                NAME, TableSpec.of(schemaOf("STRUCT(\"a b\" INTEGER)")), Watermark.at(0, "d")))
        .hasMessageStartingWith("LK-013")
        .hasMessageContaining("no plain name");
  }

  private static RowSchema schemaOf(String type) {
    return new RowSchema(
        List.of(
            new Column("id", Simple.INTEGER, false), new Column("v", DataType.ofSql(type), true)),
        List.of("id"));
  }

  /** DuckDB writes "inf", and no zero before a decimal point. */
  private static List<String> normal(List<String> rows) {
    return rows.stream()
        .map(r ->
            r.replace("Infinity", "inf")
                .replace("NaN", "nan")
                .replaceAll("([|;(\\[=])(-?)\\.", "$1$20."))
        .sorted()
        .toList();
  }

  @Test
  void refusesATimeOfDay() {
    RowSchema schema = new RowSchema(List.of(new Column("t", Simple.TIME, true)), List.of());
    assertThatThrownBy(() -> lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d")))
        .hasMessageStartingWith("LK-013");
  }
}
