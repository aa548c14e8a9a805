package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The files that few changes are written to are those that COPY would have written. */
class SmallChangesTest extends LakeFixture {
  private static final TableName COPIED = TableName.parse("dim.copied");

  /** 384 KB of text of a number i, which packs to half at best. */
  private static final String WIDE =
      "array_to_string(list_transform(range(6000), lambda j: sha256((i * 6000 + j)::VARCHAR)), '')";

  private static RowSchema schemaOf(List<DataType> types) {
    List<Column> columns = new ArrayList<>(List.of(new Column("id", Simple.INTEGER, false)));
    for (int i = 0; i < types.size(); i++) {
      columns.add(new Column("c \"" + i, types.get(i), true));
    }
    return new RowSchema(columns, List.of("id"));
  }

  private List<LiveFile> files(TableName name) {
    return List.copyOf(lake.open(name).scan().files());
  }

  private List<String> parquetColumns(TableName name) {
    return strings(
        "SELECT name, type, type_length, converted_type, scale, precision, field_id, CASE WHEN"
            + " logical_type LIKE 'Time%' THEN logical_type END FROM parquet_schema("
            + Sql.text(lake.open(name).path().resolve(files(name).getFirst().path()).toString())
            + ") WHERE num_children IS NULL");
  }

  private long rowGroups(DeltaTable table, LiveFile file) {
    return Sql.number(
        duck,
        "SELECT num_row_groups FROM parquet_file_metadata("
            + Sql.text(table.path().resolve(file.path()).toString())
            + ")");
  }

  private void assertMirrorIsAsLoaded(DeltaTable table, Mirror mirror) {
    Mirror loaded = Mirror.load(duck, table, "loaded");
    assertThat(mirror.current()).isTrue();
    assertThat(strings("FROM " + mirror.relation()))
        .isNotEmpty()
        .isEqualTo(strings("FROM " + loaded.relation()));
  }

  @Test
  void writesEveryTypeAsCopyDoes() throws Exception {
    List<DataType> types = ExtremeValues.flatTypes();
    RowSchema schema = schemaOf(types);
    String rows = ExtremeValues.rows(types);
    lake.create(COPIED, TableSpec.of(schema), Watermark.at(0, "d"), duck, rows);
    DeltaTable table = lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, rows);

    assertThat(parquetColumns(NAME)).hasSize(types.size() + 1).isEqualTo(parquetColumns(COPIED));
    String ofLongText = "\"c9\":\"[^\"]*\","; // of which DuckDB tells no bounds
    assertThat(files(NAME).getFirst().statistics())
        .containsPattern(ofLongText)
        .satisfies(s ->
            assertThat(s.replaceAll(ofLongText, ""))
                .isEqualTo(files(COPIED).getFirst().statistics()));
    assertThat(rows(schema, Mirror.load(duck, lake.open(NAME), "small").relation()))
        .isEqualTo(rows(schema, Mirror.load(duck, lake.open(COPIED), "copied").relation()));
    assertThat(KernelReader.rows(lake.path(NAME))).isEqualTo(KernelReader.rows(lake.path(COPIED)));
    assertMirrorIsAsLoaded(table, mirror);
  }

  @Test
  void tellsTheChangesOfEveryType() {
    List<DataType> types = ExtremeValues.flatTypes();
    RowSchema schema = schemaOf(types);
    DeltaTable table =
        lake.create(
            NAME, TableSpec.of(schema), Watermark.at(0, "d"), duck, ExtremeValues.rows(types));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Sql.run(duck, "CREATE TABLE before AS FROM mirror");
    make(
        table,
        mirror,
        1,
        "SELECT id + 1 AS id, * EXCLUDE (id, __file, __row) FROM mirror"); // 0 goes, 6 comes
    assertMirrorIsAsLoaded(table, mirror);
    assertThat(lake.open(NAME).changes().load(duck, 1, "feed")).isEqualTo(schema);
    for (String[] side :
        new String[][] {
          {"before", "_change_type IN ('delete', 'update_preimage')"},
          {"mirror", "_change_type IN ('insert', 'update_postimage')"}
        }) {
      assertThat(rows(schema, "(FROM feed WHERE " + side[1] + ")"))
          .isNotEmpty()
          .isSubsetOf(rows(schema, side[0]));
    }
    assertThat(strings("SELECT _change_type, count(*) FROM feed GROUP BY ALL"))
        .contains("delete|1", "insert|1");
  }

  @Test
  void keepsWideRowsInSeveralRowGroups() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(
        table,
        mirror,
        1,
        "SELECT i AS id, " + WIDE + " AS name, i AS amount FROM range(10, 60) t(i)");
    LiveFile file = files(NAME).stream().filter(f -> f.rows() == 50).findFirst().orElseThrow();
    assertThat(rowGroups(table, file)).isGreaterThan(1);
    assertThat(file.statistics())
        .contains("\"minValues\":{\"c1\":10,", "\"maxValues\":{\"c1\":59,")
        .contains("\"nullCount\":{\"c1\":0,\"c2\":0,\"c3\":0}");
    assertMirrorIsAsLoaded(table, mirror);
  }

  @Test
  void skipsNoRowByNanOrTheSignOfZero() {
    RowSchema schema =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false),
                new Column("d", Simple.DOUBLE, true),
                new Column("f", Simple.FLOAT, true)),
            List.of("id"));
    DeltaTable table = lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "SELECT 1 AS id, 'NaN'::DOUBLE AS d, 'NaN'::FLOAT AS f");
    make(
        table,
        mirror,
        2,
        "FROM mirror UNION ALL BY NAME SELECT 2 AS id, -0.0::DOUBLE AS d, -0.0::FLOAT AS f");
    make(table, mirror, 3, "FROM mirror UNION ALL BY NAME SELECT 3 AS id, 0.0 AS d, 0.0 AS f");
    var _ = table.history().createView(duck, table.version(), "shown");
    for (String column : List.of("d", "f")) {
      assertThat(strings("SELECT id FROM shown WHERE " + column + " > 5")).containsExactly("1");
      assertThat(strings("SELECT id FROM shown WHERE " + column + " = 0.0"))
          .containsExactly("2", "3");
      assertThat(strings("SELECT id FROM shown WHERE " + column + " = -0.0"))
          .containsExactly("2", "3");
    }
    List<String> ofZeros =
        files(NAME).stream()
            .map(f -> String.valueOf(f.statistics()))
            .filter(statistics -> statistics.contains("0.0"))
            .toList();
    assertThat(ofZeros)
        .hasSize(2)
        .allSatisfy(statistics ->
            assertThat(statistics)
                .contains("\"c2\":-0.0,\"c3\":-0.0}")
                .contains("\"c2\":0.0,\"c3\":0.0}"));
  }

  @Test
  void findsItsRowsWhereAColumnHidesTheirNumbers() {
    RowSchema schema =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false), new Column("rowid", Simple.BIGINT, true)),
            List.of("id"));
    DeltaTable table = lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "SELECT i AS id, 10 - i AS rowid FROM range(9) t(i)");
    assertMirrorIsAsLoaded(table, mirror);
    make(table, mirror, 2, "SELECT id, rowid + 1 AS rowid FROM mirror WHERE id <> 4");
    assertMirrorIsAsLoaded(table, mirror);
  }

  @Test
  void keepsFewWideRowsInMemoryAfterNarrowOnes() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(
        table,
        mirror,
        1,
        "SELECT i AS id, CASE WHEN i < 100 THEN 'a' ELSE "
            + WIDE
            + " END AS name, i AS amount FROM range(10, 160) t(i)");
    LiveFile file = files(NAME).stream().filter(f -> f.rows() == 150).findFirst().orElseThrow();
    assertThat(rowGroups(table, file)).isGreaterThan(1);
  }

  @Test
  void commitsNoChangesOfNoRelation() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    CommitResult result =
        table.commit(
            duck,
            mirror,
            new RowDiff.Changes("", 0, 0, 0),
            Watermark.at(1, "d"),
            Evolution.to(table.schema()));
    assertThat(result).isInstanceOf(CommitResult.Committed.class);
  }

  @Test
  void skipsNoTextByTheCutOfItsBound() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(
        table,
        mirror,
        1,
        "SELECT 10 AS id, repeat('a', 32) || repeat(chr(1114111), 2) || 'b' AS name, 1 AS amount");
    FileSkipping greater =
        new FileSkipping(
            table.scan().layout(),
            List.of(
                new Condition.Compares(
                    "name",
                    Condition.Comparison.AT_LEAST,
                    "a".repeat(32) + "\uDBFF\uDFFF".repeat(2) + "b")));
    assertThat(greater.remaining(duck, table.scan().files())).hasSize(1);
  }

  @Test
  void tellsThatAFileCannotBeWritten() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> make(table, mirror, 1, "SELECT 10 AS id, 'a' AS name, 1 AS amount"))
          .hasMessageContaining("LK-003");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void writesInfinityAsCopyDoes() {
    RowSchema schema =
        new RowSchema(
            List.of(
                new Column("id", Simple.INTEGER, false),
                new Column("d", Simple.DATE, true),
                new Column("t", Simple.TIMESTAMP, true),
                new Column("z", Simple.TIMESTAMPTZ, true)),
            List.of("id"));
    String rows =
        "SELECT 1 AS id, 'infinity'::DATE AS d, 'infinity'::TIMESTAMP AS t, 'infinity'::TIMESTAMPTZ"
            + " AS z UNION ALL SELECT 2, '-infinity', '-infinity', '-infinity' UNION ALL SELECT 3,"
            + " '2020-01-01', '2020-01-01', '2020-01-01'";
    lake.create(COPIED, TableSpec.of(schema), Watermark.at(0, "d"), duck, rows);
    DeltaTable table = lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, rows);
    assertMirrorIsAsLoaded(table, mirror);
    assertThat(files(NAME).getFirst().statistics())
        .isEqualTo(files(COPIED).getFirst().statistics());
    assertThat(rows(schema, Mirror.load(duck, lake.open(NAME), "small").relation()))
        .isEqualTo(rows(schema, Mirror.load(duck, lake.open(COPIED), "copied").relation()));
  }
}
