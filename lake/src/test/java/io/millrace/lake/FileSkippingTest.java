package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Condition.Comparison;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class FileSkippingTest extends LakeFixture {
  private static final List<Comparison> COMPARISONS = List.of(Comparison.values());
  private static final RowSchema WIDE =
      new RowSchema(
          List.of(
              new Column("id", Simple.BIGINT, false),
              new Column("text", Simple.VARCHAR, true),
              new Column("amount", new DataType.Decimal(12, 2), true),
              new Column("at", Simple.TIMESTAMPTZ, true),
              new Column("day", Simple.DATE, true),
              new Column("part", Simple.INTEGER, true)),
          List.of("id"));

  /** Rows whose values grow with the id, and are NULL now and then. */
  private static String rows(int from, int to) {
    return Text.of(
        "SELECT i AS id, CASE WHEN i %% 7 > 0 THEN repeat('\u00e9', 40) || lpad(i::VARCHAR, 5, '0')"
            + " END AS text, i / 3 AS amount, TIMESTAMPTZ '2026-01-01 00:00:00.0005+00' + INTERVAL"
            + " 1 HOUR * i AS at, DATE '2026-01-01' + i::INT AS day, i %% 2 AS part FROM range(%d,"
            + " %d) t(i)",
        from, to);
  }

  private DeltaTable create(TableSpec spec) {
    DeltaTable table = lake.create(NAME, spec, Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int i = 0; i < 5; i++) {
      make(table, mirror, i, "FROM mirror UNION ALL BY NAME " + rows(100 * i, 100 * i + 100));
    }
    return table;
  }

  private static long files(DeltaTable table, FileSkipping skipping, LakeFixture fixture) {
    return skipping.remaining(fixture.duck, table.scan().files()).size();
  }

  private long files(DeltaTable table, Condition... conditions) {
    return files(table, new FileSkipping(table.scan().layout(), List.of(conditions)), this);
  }

  @Test
  void readsOnlyFilesThatMayHoldARow() {
    DeltaTable table = create(TableSpec.of(WIDE));
    assertThat(files(table)).isEqualTo(5);
    assertThat(files(table, new Condition.Compares("ID", Comparison.EQUAL, "250"))).isEqualTo(1);
    assertThat(files(table, new Condition.Compares("id", Comparison.LESS, "100"))).isEqualTo(1);
    assertThat(files(table, new Condition.Compares("id", Comparison.AT_MOST, "100"))).isEqualTo(2);
    assertThat(files(table, new Condition.Compares("day", Comparison.AT_LEAST, "2027-01-01")))
        .isEqualTo(2);
    assertThat(
            files(
                table,
                new Condition.Compares("at", Comparison.EQUAL, "2026-01-05 03:00:00.0005+00")))
        .isEqualTo(1);
    assertThat(files(table, new Condition.Compares("amount", Comparison.GREATER, "166.33")))
        .isZero();
    assertThat(
            files(
                table,
                new Condition.Compares("id", Comparison.AT_LEAST, "90"),
                new Condition.Compares("id", Comparison.LESS, "101")))
        .isEqualTo(2);
    assertThatThrownBy(() -> files(table, new Condition.Compares("nix", Comparison.EQUAL, "1")))
        .hasMessageContaining("no column nix");
  }

  @Test
  void findsDecimalsOfManyDigitsBesideDeadRows() {
    RowSchema wide =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false),
                new Column("fine", new DataType.Decimal(38, 10), true),
                new Column("money", new DataType.Decimal(18, 2), true)),
            List.of("id"));
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(wide),
            Watermark.at(0, "d"),
            duck,
            "FROM (VALUES (1, 1234567890123456789012345678.0123456789, 9007199254740993.01),"
                + " (2, 1234567890123456789012345678.0123456789, 9007199254740993.01))"
                + " t(id, fine, money)");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "FROM mirror WHERE id = 1");
    for (Condition condition :
        List.of(
            new Condition.Compares(
                "fine", Comparison.EQUAL, "1234567890123456789012345678.0123456789"),
            new Condition.Compares("money", Comparison.EQUAL, "9007199254740993.01"))) {
      assertThat(files(table, condition)).as("%s", condition).isOne();
    }
  }

  @Test
  void findsFloatsThatAreReadAsDoubles() {
    RowSchema narrow =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false), new Column("share", Simple.FLOAT, true)),
            List.of("id"));
    RowSchema wide =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false), new Column("share", Simple.DOUBLE, true)),
            List.of("id"));
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(narrow),
            Watermark.at(0, "d"),
            duck,
            "SELECT 1 AS id, 0.1::FLOAT AS share");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Condition equal = new Condition.Compares("share", Comparison.EQUAL, "0.1");
    assertThat(files(table, equal)).isOne();
    RowDiff.Changes none =
        new RowDiff(NAME, narrow, wide, wide.key()).into(duck, "changes", "mirror", "mirror");
    var _ = table.commit(duck, mirror, none.relation(), Watermark.at(1, "e"), wide);
    // 0.1 as a FLOAT is 0.100000001490116 as a DOUBLE
    Condition greater = new Condition.Compares("share", Comparison.GREATER, "0.1");
    var _ = table.history().createView(duck, table.version(), "found", List.of(greater));
    assertThat(strings("SELECT id FROM found")).containsExactly("1");
  }

  /** Spark cuts the greatest time to milliseconds and reads with one more. */
  @Test
  void findsTimesThatAnotherWriterCutToMilliseconds() {
    RowSchema times =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false),
                new Column("at", Simple.TIMESTAMPTZ, true),
                new Column("here", Simple.TIMESTAMP, true)),
            List.of("id"));
    DeltaTable table = lake.create(NAME, TableSpec.of(times), Watermark.at(0, "d"));
    TableLayout layout = table.scan().layout();
    LiveFile file =
        LiveFile.of(
            new DataFiles.Written(
                "part-0.parquet",
                PartitionValues.NONE,
                1,
                1,
                0,
                """
                {"numRecords":1,"minValues":{"c2":"2026-01-01T00:00:00.123Z",\
                "c3":"2026-01-01T00:00:00.123"},"maxValues":{"c2":"2026-01-01T00:00:00.123Z",\
                "c3":"2026-01-01T00:00:00.123"},"nullCount":{"c2":0,"c3":0}}\
                """));
    for (String column : List.of("at", "here")) {
      for (Comparison comparison :
          List.of(Comparison.EQUAL, Comparison.GREATER, Comparison.AT_LEAST)) {
        String zone = column.equals("at") ? "+00" : "";
        Condition met =
            new Condition.Compares(column, comparison, "2026-01-01 00:00:00.1235" + zone);
        assertThat(remaining(layout, met, file)).as("%s", met).containsExactly(file);
        Condition later =
            new Condition.Compares(column, comparison, "2026-01-01 00:00:00.1245" + zone);
        assertThat(remaining(layout, later, file)).as("%s", later).isEmpty();
      }
    }
  }

  private List<LiveFile> remaining(TableLayout layout, Condition condition, LiveFile file) {
    return new FileSkipping(layout, List.of(condition)).remaining(duck, List.of(file));
  }

  @Test
  void readsOnlyPartitionsThatFit() {
    DeltaTable table = create(TableSpec.of(WIDE).partitionedBy(List.of("part")));
    assertThat(files(table)).isEqualTo(10);
    assertThat(files(table, new Condition.Compares("part", Comparison.EQUAL, "1"))).isEqualTo(5);
    assertThat(
            files(
                table,
                new Condition.Compares("part", Comparison.GREATER, "0"),
                new Condition.Compares("id", Comparison.LESS, "50")))
        .isEqualTo(1);
  }

  @Test
  void everyViewHoldsTheRowsThatMeetTheConditions() {
    DeltaTable table = create(TableSpec.of(WIDE));
    long seed = RandomGenerator.getDefault().nextLong();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 60; i++) {
      Column column = WIDE.columns().get(random.nextInt(WIDE.columns().size()));
      String value =
          strings(
                  Text.of(
                      "SELECT %s FROM mirror WHERE %1$s IS NOT NULL ORDER BY hash(id, %d) LIMIT 1",
                      Sql.name(column.name()), random.nextInt()))
              .getFirst();
      Condition compares =
          new Condition.Compares(
              column.name(),
              COMPARISONS.get(random.nextInt(COMPARISONS.size())),
              column.type() == Simple.TIMESTAMPTZ
                  ? value.replaceAll("(\\.\\d+)$", "$1+00")
                  : value);
      Condition tenth = new Condition.Compares("id", Comparison.EQUAL, "10");
      List<Condition> conditions =
          List.of(
              switch (random.nextInt(5)) {
                case 0 -> new Condition.Any(List.of(compares, tenth));
                case 1 -> new Condition.Any(List.of(compares, new Condition.IsNull("text")));
                case 2 -> new Condition.All(List.of(compares, new Condition.IsNotNull("text")));
                default -> compares;
              });
      RowSchema schema = table.history().createView(duck, table.version(), "fitting", conditions);
      assertThat(rows(schema, "fitting"))
          .as("seed %d, %s", seed, conditions)
          .isEqualTo(rows(schema, "(FROM mirror WHERE " + conditions.getFirst().sql(WIDE) + ")"));
    }
  }

  @Test
  void readsOnlyFilesThatMayHoldNothingOrSomething() {
    RowSchema sparse =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false),
                new Column("part", Simple.INTEGER, true),
                new Column("text", Simple.VARCHAR, true)),
            List.of("id"));
    DeltaTable table =
        lake.create(
            NAME, TableSpec.of(sparse).partitionedBy(List.of("part")), Watermark.at(0, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(
        table,
        mirror,
        1,
        "FROM (VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, NULL), (4, 2, NULL), (5, 3, 'c'),"
            + " (6, 3, NULL)) t(id, part, text)");
    assertThat(files(table)).isEqualTo(4);
    assertThat(files(table, new Condition.IsNull("part"))).isOne();
    assertThat(files(table, new Condition.IsNotNull("part"))).isEqualTo(3);
    assertThat(files(table, new Condition.IsNull("text"))).isEqualTo(2);
    assertThat(files(table, new Condition.IsNotNull("text"))).isEqualTo(3);
    Condition second = new Condition.Compares("id", Comparison.EQUAL, "2");
    Condition third = new Condition.Compares("part", Comparison.EQUAL, "2");
    assertThat(files(table, new Condition.Any(List.of(second, third)))).isEqualTo(2);
    assertThat(files(table, new Condition.All(List.of(second, third)))).isZero();
  }

  @Test
  void zOrderNarrowsFilesInEveryColumn() {
    RowSchema points =
        new RowSchema(
            List.of(
                new Column("id", Simple.BIGINT, false),
                new Column("x", Simple.INTEGER, true),
                new Column("y", Simple.INTEGER, true)),
            List.of("id"));
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(points),
            Watermark.at(0, "d"),
            duck,
            "SELECT i AS id, (hash(i) % 1000)::INT AS x, (hash(i, 1) % 1000)::INT AS y FROM"
                + " range(1000000) t(i)");
    CompactionGoal goal = new CompactionGoal(1 << 10, 1 << 10, 0.2, 0, List.of("x", "y"));
    Compacted done = lake.maintenance(NAME).compact(duck, goal);
    table.refresh();
    assertThat(done.filesAfter()).isGreaterThan(7);
    for (String column : List.of("x", "y")) {
      assertThat(files(table, new Condition.Compares(column, Comparison.EQUAL, "77")))
          .as(column)
          .isLessThanOrEqualTo(done.filesAfter() * 3 / 5);
    }
    assertThat(table.rows()).isEqualTo(1_000_000);
  }
}
