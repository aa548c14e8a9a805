package io.millrace.marts.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DuckDb;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.marts.TestWarehouse;
import io.millrace.warehouse.DynamicTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashRangesTest {
  @TempDir Path directory;

  @Test
  void whatDoesNotFitIsBegunAnewInMoreRangesAndThatIsRemembered() {
    HashRanges ranges = new HashRanges("it", 1);
    assertThat(ranges.each("k", range -> fits(range, 256))).hasSize(256);
    assertThat(ranges.each("k", range -> fits(range, 1))).hasSize(256);
  }

  @Test
  void fewerRangesAreTriedFromTimeToTimeForMemoryMayBeThereAgain() {
    HashRanges ranges = new HashRanges("it", 1);
    assertThat(ranges.each("k", range -> fits(range, 256))).hasSize(256);
    int last = 256;
    for (int i = 0; i < 200 && last > 1; i++) {
      last = ranges.each("k", range -> fits(range, 1)).size();
    }
    assertThat(last).isEqualTo(1);
  }

  @Test
  void whatFitsIsDoneAtOnce() {
    assertThat(new HashRanges("it", 1).each("k", HashRanges.Range::condition))
        .containsExactly("true");
  }

  @Test
  void anotherFailureIsNotTriedAgain() {
    HashRanges ranges = new HashRanges("it", 1);
    assertThatThrownBy(() ->
            ranges.each(
                "k",
                range -> {
                  throw failed("Conversion Error: not a number");
                }))
        .hasMessageContaining("LK-004");
  }

  private static boolean fits(HashRanges.Range range, int needed) {
    int there =
        range.condition().equals("true")
            ? 1
            : Integer.parseInt(range.condition().replaceAll(".*% (\\d+) = .*", "$1"));
    if (there < needed) {
      throw failed("Out of Memory Error: failed to pin block");
    }
    return range.first();
  }

  private static MillraceException failed(String cause) {
    return new MillraceException(
        LakeError.LK_004_STATEMENT_FAILED, "not executed.", new SQLException(cause));
  }

  /** NULL keys, rows several times over, rows that go, come, change and stay. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT k, count(*) AS n, max(v) AS v FROM staging.a GROUP BY k",
        "SELECT k, v FROM staging.a WHERE id % 3 <> 0",
        "SELECT id, k, v FROM staging.a"
      })
  void rangesFindTheSameChangesAsOneComparison(String query) throws SQLException {
    DynamicTable table = table(query);
    try (DuckDb duckDb = DuckDb.inMemory(directory, DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      Sql.run(duck, "CREATE SCHEMA staging");
      Sql.run(duck, "CREATE TABLE staging.a AS " + rows("i % 40", "i % 5"));
      Sql.run(
          duck,
          "CREATE TABLE mirror AS SELECT *, 1::BIGINT AS __file, row_number() OVER () AS __row FROM"
              + " ("
              + table.query(TableName::toString, Optional.empty())
              + ")");
      Sql.run(duck, "CREATE OR REPLACE TABLE staging.a AS " + rows("i % 45", "i % 4"));
      RowDiff.Changes once = changes(duck, table, 1);
      Sql.run(duck, "CREATE TABLE once AS FROM " + once.relation());
      RowDiff.Changes ranged = changes(duck, table, 16);
      assertThat(List.of(ranged.inserts(), ranged.updates(), ranged.deletes()))
          .isEqualTo(List.of(once.inserts(), once.updates(), once.deletes()));
      String columns = "_change_type, " + Sql.names(table.schema().names());
      assertThat(
              Sql.number(
                  duck,
                  "SELECT count(*) FROM (SELECT %1$s FROM %2$s EXCEPT ALL SELECT %1$s FROM once)"
                      .formatted(columns, ranged.relation())))
          .isZero();
      assertThat(once.none()).isFalse();
    }
  }

  private static String rows(String k, String v) {
    return "SELECT i AS id, nullif(%s, 7)::INTEGER AS k, (%s)::DECIMAL(12,2) AS v FROM range(400) t(i)"
        .formatted(k, v);
  }

  private static RowDiff.Changes changes(Connection duck, DynamicTable table, int ranges) {
    Target target =
        new Target(
            table,
            () -> "mirror",
            () -> new RowDiff(table.name(), table.schema(), table.schema(), table.schema().key()));
    return new FullRefresh(duck, target, "test", ranges)
        .refresh(
            new Refresh.Task(
                1, Instant.EPOCH, Set.of(), TableName::toString, t -> Optional.empty()))
        .changes();
  }

  private static DynamicTable table(String query) {
    return (DynamicTable)
        TestWarehouse.read(
                Map.of(
                    "warehouse.yml",
                    "name: w\nlake: ./lake\n",
                    "sources/s.yml",
                    "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword:"
                        + " ${env:P}\ntables: [a]\n",
                    "staging/a.sql",
                    "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a",
                    "marts/m.sql",
                    "CREATE DYNAMIC TABLE marts.m AS " + query),
                Map.of("a", TestWarehouse.raw("id", "id BIGINT, k INTEGER, v DECIMAL(12;2)")))
            .table(new TableName("marts", "m"))
            .orElseThrow();
  }
}
