package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PartitionTest extends LakeFixture {
  private static final RowSchema REGIONS =
      new RowSchema(
          List.of(
              new Column("day", Simple.DATE, true),
              new Column("id", Simple.BIGINT, false),
              new Column("region", Simple.VARCHAR, true),
              new Column("amount", new DataType.Decimal(12, 2), true)),
          List.of("id"));
  private static final String FIRST =
      "FROM (VALUES (1, DATE '2026-01-01', 'a b/1', 1), (2, DATE '2026-01-01', 'NULL', 2), (3,"
          + " NULL, NULL, 3), (4, DATE '0001-01-01', '''\"%20', 4)) t(id, day, region, amount)";

  private DeltaTable create() {
    return lake.create(
        NAME,
        TableSpec.of(REGIONS).partitionedBy(List.of("region", "DAY")),
        Watermark.at(0, "d"),
        duck,
        FIRST);
  }

  private void everyReaderSees(DeltaTable table, List<String> expected) throws Exception {
    var _ = table.history().createView(duck, table.version(), "now");
    assertThat(rows(table.schema(), "now")).isEqualTo(expected);
    assertThat(KernelReader.rows(table.path())).isEqualTo(expected);
  }

  private static Map<PartitionValues, Long> filesOfEach(DeltaTable table) {
    return table.scan().files().stream()
        .collect(Collectors.groupingBy(LiveFile::partition, Collectors.counting()));
  }

  @Test
  void rowsLieInFilesOfTheirPartitionAndReadBackWhole() throws Exception {
    DeltaTable table = create();
    everyReaderSees(
        table,
        List.of(
            "-719162|4|'\"%20|4.00",
            "20454|1|a b/1|1.00", "20454|2|NULL|2.00", "NULL|3|NULL|3.00"));
    assertThat(filesOfEach(table)).hasSize(4);
    assertThat(lake.open(NAME).schema()).isEqualTo(REGIONS);
    String log = Files.readString(table.path().resolve("_delta_log/00000000000000000000.json"));
    assertThat(log)
        .contains("\"partitionColumns\":[\"region\",\"day\"]")
        .contains("\"c1\":\"2026-01-01\",\"c3\":\"a b/1\"")
        .doesNotContain("\"minValues\":{\"c1\"");
  }

  @Test
  void aRowThatChangesItsPartitionMovesAndTheFeedTellsIt() throws Exception {
    DeltaTable table = create();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(
        table,
        mirror,
        1,
        "SELECT * REPLACE (CASE id WHEN 1 THEN 'moved' WHEN 3 THEN 'now' ELSE region END AS region)"
            + " FROM mirror WHERE id <> 2 UNION ALL BY NAME SELECT 5 AS id, 'a b/1' AS region");
    List<String> expected =
        List.of(
            "-719162|4|'\"%20|4.00", "20454|1|moved|1.00", "NULL|3|now|3.00", "NULL|5|a b/1|NULL");
    everyReaderSees(table, expected);
    assertThat(rows(REGIONS, "mirror")).isEqualTo(expected);
    var _ = table.changes().load(duck, 1, "feed");
    assertThat(strings("SELECT _change_type, id, region FROM feed"))
        .containsExactly(
            "delete|2|NULL",
            "insert|5|a b/1",
            "update_postimage|1|moved",
            "update_postimage|3|now",
            "update_preimage|1|a b/1",
            "update_preimage|3|null");
    // an append has no change files: its feed is read from the data files
    var _ = table.changes().load(duck, 0, "feed");
    assertThat(strings("SELECT id, region, day FROM feed"))
        .contains("1|a b/1|2026-01-01", "3|null|null");
    assertThat(rows(REGIONS, Mirror.load(duck, lake.open(NAME), "again").relation()))
        .isEqualTo(expected);
    assertThat(rows(table.history().createView(duck, 0, "old"), "old")).hasSize(4);
  }

  @Test
  void compactionKeepsPartitionsApart() throws Exception {
    DeltaTable table = create();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int cut = 1; cut <= 3; cut++) {
      make(
          table,
          mirror,
          cut,
          "FROM mirror UNION ALL BY NAME SELECT "
              + (10 * cut)
              + " AS id, 'a b/1' AS region, DATE '2026-01-01' AS day UNION ALL BY NAME SELECT "
              + (10 * cut + 1)
              + " AS id");
    }
    List<String> before = rows(REGIONS, "mirror");
    Map<PartitionValues, Long> files = filesOfEach(table);
    Compacted done = lake.maintenance(NAME).compact(duck, CompactionGoal.usual());
    assertThat(done.filesBefore()).isEqualTo(8);
    table.refresh();
    assertThat(filesOfEach(table)).hasSameSizeAs(files).values().containsOnly(1L);
    everyReaderSees(table, before);
    mirror.refresh(duck);
    assertThat(rows(REGIONS, "mirror")).isEqualTo(before);
    Compacted clustered =
        lake.maintenance(NAME).compact(duck, CompactionGoal.usual().clusteredBy(List.of("amount")));
    assertThat(clustered.filesAfter()).isEqualTo(4);
  }

  private void partitionedBy(String value) throws Exception {
    DeltaTable table = create();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "SELECT 1 AS id, NULL AS day, 1 AS amount, " + value + " AS region");
    List<String> expected = rows(REGIONS, "mirror");
    assertThat(strings("SELECT region = " + value + " FROM mirror")).containsExactly("true");
    everyReaderSees(lake.open(NAME), expected);
    RowSchema schema =
        table
            .history()
            .createView(
                duck,
                1,
                "there",
                List.of(new Condition.Compares("region", Condition.Comparison.GREATER, "")));
    assertThat(rows(schema, "there")).isEqualTo(expected);
  }

  @Test
  void aValueMayBeLongerThanTheNameOfAFolder() throws Exception {
    partitionedBy("repeat('\u044f', 100)");
  }

  @Test
  void aValueMayHoldTheCharacterThatEndsAStatement() throws Exception {
    partitionedBy("'a' || chr(0) || 'b'");
  }

  @Test
  void compactionIsNotDueForWhatItCannotPack() throws Exception {
    DeltaTable table = create();
    CompactionGoal few = new CompactionGoal(1 << 20, 1 << 20, 1, 2, List.of());
    assertThat(table.storage().files()).isEqualTo(4);
    assertThat(table.compactionDue(few)).isFalse();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int cut = 1; cut <= 2; cut++) {
      make(table, mirror, cut, "FROM mirror UNION ALL BY NAME SELECT " + 10 * cut + " AS id");
    }
    assertThat(table.compactionDue(few)).isTrue();
    assertThat(lake.maintenance(NAME).compact(duck, few).filesBefore()).isEqualTo(3);
    table.refresh();
    assertThat(table.compactionDue(few)).isFalse();
  }

  @Test
  void aPartitionColumnStaysAsItIsWhileOthersChange() throws Exception {
    DeltaTable table = create();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Evolution without =
        Evolution.to(
            new RowSchema(
                REGIONS.columns().stream().filter(c -> !c.name().equals("region")).toList(),
                List.of("id")));
    refused(table, mirror, without, "mirror");
    refused(
        table,
        mirror,
        new Evolution(renamed("region", "area"), Map.of("area", "region")),
        "(SELECT *, region AS area FROM (FROM mirror))");
    Evolution other = new Evolution(renamed("amount", "total"), Map.of("total", "amount"));
    RowDiff.Changes still =
        new RowDiff(NAME, REGIONS, other, List.of("id"))
            .into(duck, "changes", "mirror", "(SELECT *, amount AS total FROM (FROM mirror))");
    assertThat(still.none()).isTrue();
    var _ = table.commit(duck, mirror, still.relation(), Watermark.at(1, "e"), other);
    everyReaderSees(table, rows(REGIONS, "mirror"));
  }

  private static RowSchema renamed(String column, String name) {
    return new RowSchema(
        REGIONS.columns().stream()
            .map(c -> c.name().equals(column) ? new Column(name, c.type(), c.nullable()) : c)
            .toList(),
        List.of("id"));
  }

  private void refused(DeltaTable table, Mirror mirror, Evolution evolution, String wanted) {
    RowDiff.Changes none =
        new RowDiff(NAME, REGIONS, evolution, List.of("id"))
            .into(duck, "changes", "mirror", wanted);
    assertThatThrownBy(
            () -> table.commit(duck, mirror, none.relation(), Watermark.at(1, "e"), evolution))
        .hasMessageStartingWith("LK-013")
        .hasMessageContaining("region");
  }

  @Test
  void whatDeltaCouldNotReadBackIsRefused() {
    for (List<String> columns : List.of(List.of("amount"), List.of("nix"))) {
      assertThatThrownBy(() ->
              lake.create(NAME, TableSpec.of(REGIONS).partitionedBy(columns), Watermark.at(0, "d")))
          .hasMessageStartingWith("LK-013")
          .hasMessageContaining(columns.getFirst());
    }
    DeltaTable table = create();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    assertThatThrownBy(() ->
            make(table, mirror, 1, "SELECT 1 AS id, '' AS region, NULL::DATE AS day, 1 AS amount"))
        .hasMessageStartingWith("LK-013")
        .hasMessageContaining("empty text");
    assertThat(table.version()).isZero();
  }

  @Test
  void filesOfHiveFoldersAsOthersWriteThemAreRead() throws Exception {
    DeltaTable table = create();
    LiveFile one =
        table.scan().files().stream()
            .filter(f -> "a b/1".equals(f.partition().byName().get("c3")))
            .findFirst()
            .orElseThrow();
    Path folder = Files.createDirectories(table.path().resolve("c3=else/c1=2026-01-01"));
    Files.copy(table.folder().locate(one.path()), folder.resolve("part-x.parquet"));
    Map<String, String> values = new TreeMap<>(Map.of("c3", "some/where", "c1", "2026-05-05"));
    LiveFile moved =
        new LiveFile(
            1,
            "c3=else/c1=2026-01-01/part-x.parquet",
            new PartitionValues(new TreeMap<>(values)),
            one.sizeBytes(),
            one.modifiedMillis(),
            one.statistics(),
            one.rows(),
            one.vector(),
            one.dead());
    outsider(lake, new FileChanges(List.of(one), List.of(), List.of(moved), List.of()), Map.of());
    assertThat(rows(REGIONS, Mirror.load(duck, lake.open(NAME), "other").relation()))
        .contains("20578|1|some/where|1.00");
  }

  @Test
  void refusesToBePartitionedByOtherColumnsThanItsStatementSays() {
    DeltaTable table = create();
    table.requirePartitionedBy(List.of("region", "day"));
    assertThatThrownBy(() -> table.requirePartitionedBy(List.of("region")))
        .hasMessageStartingWith("LK-020 table dim.customer is partitioned by (region, day)");
  }
}
