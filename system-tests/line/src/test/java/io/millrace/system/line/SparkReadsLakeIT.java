package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Evolution;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Kinds of tables that no service makes yet, as Spark reads them. */
@EnabledIfSystemProperty(named = "millrace.spark", matches = "true")
class SparkReadsLakeIT {
  private static final TableName NAME = TableName.parse("dim.regions");
  private static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("day", Simple.DATE, true),
              new Column("id", Simple.BIGINT, false),
              new Column("region", Simple.VARCHAR, true),
              new Column("amount", Simple.INTEGER, true)),
          List.of("id"));

  private static final RowSchema NESTED =
      new RowSchema(
          List.of(
              new Column("id", Simple.BIGINT, false),
              new Column("tag", Simple.UUID, true),
              new Column("json", Simple.VARCHAR, true),
              new Column("list", DataType.ofSql("DECIMAL(38,4)[][]"), true),
              new Column("struct", DataType.ofSql("STRUCT(a DOUBLE, b UUID[])"), true),
              new Column(
                  "map", DataType.ofSql("MAP(VARCHAR, STRUCT(at TIMESTAMPTZ, d DATE))"), true)),
          List.of("id"));

  /** Three values of each flat type, as SQL. */
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("boolean", "true, false, true"),
          Map.entry("tinyint", "-128, 0, 127"),
          Map.entry("smallint", "-32768, 0, 32767"),
          Map.entry("integer", "-2147483648, 0, 2147483647"),
          Map.entry("bigint", "-9223372036854775808, 0, 9223372036854775807"),
          Map.entry("float", "'nan', '-0.0', '1e38'"),
          Map.entry("double", "'-inf', '-0.0', '1e308'"),
          Map.entry("varchar", "'', 'é中😀', repeat('z', 5000)"),
          Map.entry("blob", "''::BLOB, '\\x00\\xFF'::BLOB, 'a'::BLOB"),
          Map.entry("date", "'0001-01-01', '1969-12-31', '9999-12-31'"),
          Map.entry(
              "timestamp",
              "'0001-01-01 00:00:00', '1969-12-31 23:59:59.000001', '9999-12-31 23:59:59.999999'"),
          Map.entry(
              "timestamptz",
              "'0001-01-01 00:00:00+00', '1969-12-31 23:59:59.000001+00', '9999-12-31"
                  + " 23:59:59.999999+00'"),
          Map.entry(
              "uuid",
              "'00000000-0000-0000-0000-000000000000', '6ba7b810-9dad-11d1-80b4-00c04fd430c8',"
                  + " 'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
          Map.entry("small", "-99.99, 0, 99.99"),
          Map.entry("middle", "-9999999999.99, 0, 9999999999.99"),
          Map.entry("large", "'-" + "9".repeat(38) + "', '0', '" + "9".repeat(38) + "'"));

  private static final RowSchema FLAT =
      new RowSchema(
          Stream.concat(
                  Stream.of(new Column("id", Simple.BIGINT, false)),
                  VALUES.keySet().stream()
                      .sorted()
                      .map(name ->
                          new Column(
                              name,
                              switch (name) {
                                case "small" -> new DataType.Decimal(4, 2);
                                case "middle" -> new DataType.Decimal(12, 2);
                                case "large" -> new DataType.Decimal(38, 0);
                                default -> DataType.ofSql(name.toUpperCase(Locale.ROOT));
                              },
                              true)))
              .toList(),
          List.of("id"));

  @TempDir Path folder;
  private Lake lake;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void open() {
    lake = new Lake(folder.resolve("lake"));
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
    lake.close();
  }

  private void step(DeltaTable table, Mirror mirror, int cut, Evolution next, String wanted) {
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE wanted AS " + wanted);
    RowDiff.Changes changes =
        new RowDiff(table.name(), table.schema(), next, next.schema().key())
            .into(duck, "changes", mirror.relation(), "wanted");
    assertThat(table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"), next))
        .isInstanceOf(CommitResult.Committed.class);
    mirror.refresh(duck);
  }

  private void requireSparkAgrees(Map<TableName, Long> changesFrom) throws Exception {
    try (SparkReader spark = new SparkReader(lake.root(), folder.resolve("spark"), changesFrom)) {
      assertThat(spark.disagreements(NAME)).isEmpty();
    }
  }

  @Test
  void aPartitionedTableWithItsChanges() throws Exception {
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(SCHEMA).partitionedBy(List.of("region", "day")),
            Watermark.at(0, "d"),
            duck,
            rows(0));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int cut = 1; cut <= 6; cut++) {
      step(table, mirror, cut, Evolution.to(SCHEMA), rows(cut));
      if (cut == 4) {
        assertThat(lake.maintenance(NAME).compact(duck, CompactionGoal.usual()).none()).isFalse();
        table.refresh();
        mirror.refresh(duck);
      }
    }
    requireSparkAgrees(Map.of());
  }

  @Test
  void nestedColumnsAndUuidsWithTheirChanges() throws Exception {
    DeltaTable table =
        lake.create(NAME, TableSpec.of(NESTED), Watermark.at(0, "d"), duck, nested(0));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int cut = 1; cut <= 4; cut++) {
      step(table, mirror, cut, Evolution.to(NESTED), nested(cut));
    }
    assertThat(Sql.number(duck, "SELECT count(*) FROM mirror WHERE struct.b[1] = tag"))
        .isPositive();
    requireSparkAgrees(Map.of());
  }

  @Test
  void allFlatTypesWithTheirChanges() throws Exception {
    DeltaTable table = lake.create(NAME, TableSpec.of(FLAT), Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int cut = 1; cut <= 4; cut++) {
      step(table, mirror, cut, Evolution.to(FLAT), flat(cut));
    }
    requireSparkAgrees(Map.of());
  }

  /** The ends of every type; some rows the same at the next cut. */
  private static String flat(int cut) {
    return "SELECT i AS id, "
        + FLAT.columns().stream()
            .skip(1)
            .map(c ->
                "CAST([NULL, %s][1 + (i + %d * (i %% 2)) %% 4] AS %s) AS %s"
                    .formatted(VALUES.get(c.name()), cut, c.type().sql(), c.name()))
            .collect(Collectors.joining(", "))
        + " FROM range(%1$d * 10, 200 + %1$d * 15) t(i)".formatted(cut);
  }

  /** Every kind of value NULL, empty and full; some rows the same at the next cut. */
  private static String nested(int cut) {
    return """
    SELECT i AS id,
        CASE WHEN i %% 7 > 0 THEN printf('6ba7b810-9dad-11d1-80b4-%%012x', i %% 3)::UUID END AS tag,
        CASE WHEN i %% 2 = 0 THEN '{"a": [1, null, "x"]}'::JSON END AS json,
        [NULL, [], [[]], [NULL, [NULL, 1.5, -99999999999999.0001]]][1 + (i + %1$d * (i %% 2)) %% 4] AS list,
        CASE WHEN i %% 5 > 0
          THEN {'a': [NULL, 'nan', 'inf', '-0.0'][1 + i %% 4]::DOUBLE, 'b': [tag, NULL]} END AS struct,
        [NULL, MAP {}, MAP {'': NULL}, MAP {'k': {'at': TIMESTAMPTZ '0001-01-01 00:00:00+00',
          'd': DATE '9999-12-31'}, 'l': {'at': NULL, 'd': NULL}}][1 + (i + %1$d) %% 4] AS map
    FROM range(%1$d * 10, 200 + %1$d * 15) t(i)
    """
        .formatted(cut);
  }

  @Test
  void aTableWhoseColumnsWereWidenedRenamedAndDropped() throws Exception {
    DeltaTable table = lake.create(NAME, TableSpec.of(SCHEMA), Watermark.at(0, "d"), duck, rows(0));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Column id = SCHEMA.columns().get(1);
    Column region = SCHEMA.columns().get(2);
    Column wide = new Column("amount", Simple.BIGINT, true);
    Column renamed = new Column("place", Simple.VARCHAR, true);
    Column anew = new Column("day", DataType.ofSql("DATE[]"), true);
    step(table, mirror, 1, to(id, region, wide), rows(1) + " LIMIT 150");
    step(
        table,
        mirror,
        2,
        new Evolution(to(id, renamed, wide).schema(), Map.of("place", "region")),
        "SELECT id, region AS place, amount + 5000000000 * (id % 2) AS amount FROM mirror");
    step(
        table,
        mirror,
        3,
        to(id, renamed, wide, anew),
        "SELECT *, CASE WHEN id % 3 = 0 THEN [DATE '2026-01-01'] END AS day"
            + " FROM (SELECT id, place, amount FROM mirror)");
    for (int cut = 4; cut < 6; cut++) {
      step(
          table,
          mirror,
          cut,
          to(id, renamed, wide, anew),
          "SELECT id, place, amount + id % 2 AS amount, day FROM mirror WHERE id > " + cut * 10);
    }
    assertThat(Sql.number(duck, "SELECT count(DISTINCT place) FROM mirror")).isEqualTo(3);
    requireSparkAgrees(Map.of(NAME, 4L));
  }

  private static Evolution to(Column... columns) {
    return Evolution.to(new RowSchema(List.of(columns), List.of("id")));
  }

  /** Rows that come, go, change, and move from partition to partition. */
  private static String rows(int cut) {
    return "SELECT DATE '2026-01-01' + ((i + "
        + cut
        + ") // 60)::INT AS day, i AS id, ['a b/1', NULL, 'c=\"%', 'NULL'][1 + (i + "
        + cut
        + " * (i % 3 // 2)) % 4] AS region, (i * "
        + cut
        + " % 5)::INT AS amount FROM range("
        + cut * 10
        + ", "
        + (200 + cut * 15)
        + ") t(i)";
  }
}
