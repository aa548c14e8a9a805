package io.millrace.marts.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.marts.TestWarehouse;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.algebra.Algebra;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tables several times as large as DuckDB's memory: filled, recomputed, compared and committed. How
 * many rows and how little memory are the properties {@code large.rows} and {@code large.memory}.
 * No part of the tests, for its name does not end so: it takes minutes.
 */
class LargeRefreshBenchmark {
  private static final long ROWS = Long.getLong("large.rows", 3_000_000L);
  private static final String MEMORY = System.getProperty("large.memory", "128MB");
  private static final TableName INPUT = TableName.parse("staging.a");

  @TempDir Path directory;
  private DuckDb duckDb;
  private Connection duck;
  private Lake lake;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inDirectory(directory, new DuckDb.Limits(MEMORY, 1, "20GB"));
    duck = duckDb.connect();
    lake = new Lake(directory.resolve("lake"));
    Sql.run(duck, "CREATE SCHEMA staging");
    Sql.run(
        duck,
        "CREATE TABLE staging.a AS SELECT i AS id, (i %% 1000)::INTEGER AS k, (i %% 997)::DECIMAL(12,2) AS v, md5(i::VARCHAR) AS one, md5((-i)::VARCHAR) AS two, md5((i * 7)::VARCHAR) AS three FROM range(%d) t(i)"
            .formatted(ROWS));
    Sql.run(duck, "CREATE TABLE changes AS SELECT *, 1::BIGINT AS _weight FROM staging.a LIMIT 0");
  }

  @AfterEach
  void close() throws SQLException {
    lake.close();
    duck.close();
    duckDb.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          keyed    | SELECT id, k, v, one, two, three FROM staging.a
          bag      | SELECT k, v, one, two, three FROM staging.a
          joined   | SELECT l.id, l.v, l.one, l.two, r.three FROM staging.a l JOIN staging.a r ON r.id = l.id
          grouped  | SELECT one, two, count(*) AS n, sum(v) AS s FROM staging.a GROUP BY one, two
          window   | SELECT id, one, two, sum(v) OVER (PARTITION BY k ORDER BY id) AS s FROM staging.a
          """)
  void aTableLargerThanMemoryIsFilledRecomputedAndKept(String name, String query) {
    DynamicTable definition = definition(name, query);
    DeltaTable table =
        lake.create(
            definition.name(), TableSpec.of(definition.schema()), Watermark.at(-1, "first"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Target target =
        new Target(
            definition,
            () -> mirror.relation(),
            () ->
                new RowDiff(
                    definition.name(),
                    table.schema(),
                    definition.schema(),
                    definition.schema().key()));
    Refresh refresh =
        new IncrementalRefresh(duck, target, ((Algebra.Known) definition.algebra()).root());
    step(refresh, table, mirror, 0);
    assertRight(definition);
    change("id % 2 = 0");
    step(refresh, table, mirror, 1);
    assertRight(definition);
    change("id < 100");
    step(refresh, table, mirror, 2);
    assertRight(definition);
  }

  private static DynamicTable definition(String name, String query) {
    Map<String, String> files = new HashMap<>();
    files.put("warehouse.yml", "name: w\nlake: ./lake\n");
    files.put(
        "sources/s.yml",
        "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\n"
            + "tables: [a]\n");
    files.put("staging/a.sql", "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a");
    files.put("marts/" + name + ".sql", "CREATE DYNAMIC TABLE marts." + name + " AS " + query);
    return (DynamicTable)
        TestWarehouse.read(
                files,
                Map.of(
                    "a",
                    TestWarehouse.raw(
                        "id",
                        "id BIGINT, k INTEGER, v DECIMAL(12;2), one VARCHAR, two VARCHAR, three"
                            + " VARCHAR")))
            .table(new TableName("marts", name))
            .orElseThrow();
  }

  private void change(String which) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TABLE changes AS SELECT *, -1::BIGINT AS _weight FROM staging.a WHERE %1$s UNION ALL SELECT * REPLACE ((v + 1)::DECIMAL(12,2) AS v), 1 FROM staging.a WHERE %1$s"
            .formatted(which));
    Sql.run(duck, "DELETE FROM staging.a WHERE " + which);
    Sql.run(
        duck, "INSERT INTO staging.a SELECT * EXCLUDE (_weight) FROM changes WHERE _weight > 0");
  }

  private void step(Refresh refresh, DeltaTable table, Mirror mirror, long cut) {
    Refresh.Outcome outcome =
        refresh.refresh(
            new Refresh.Task(
                cut, Instant.EPOCH, Set.of(INPUT), t -> "staging.a", t -> Optional.of("changes")));
    assertThat(table.commit(duck, mirror, outcome.changes().relation(), Watermark.at(cut, "first")))
        .isInstanceOf(CommitResult.Committed.class);
    mirror.refresh(duck);
    refresh.committed();
  }

  /** Both ways at once would need more memory than there is: sums of hashes do not. */
  private void assertRight(DynamicTable definition) {
    String columns = Sql.names(definition.schema().names());
    String sum = "SELECT sum(hash(%1$s)::HUGEINT)::VARCHAR || ' ' || count(*) FROM (%2$s)";
    String kept = sum.formatted(columns, "SELECT " + columns + " FROM mirror");
    String wanted = sum.formatted(columns, definition.query(t -> "staging.a", Optional.empty()));
    assertThat(Sql.number(duck, "SELECT ((%s) = (%s))::BIGINT".formatted(kept, wanted))).isOne();
  }
}
