package io.millrace.marts.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MartsError;
import io.millrace.contracts.error.MillraceException;
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
import io.millrace.marts.refresh.Refresh.Outcome;
import io.millrace.marts.refresh.Refresh.Task;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Property;
import io.millrace.warehouse.algebra.Algebra;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dynamic table in a real lake, over a table of changes. */
class IncrementalRefreshTest {
  private static final TableName INPUT = TableName.parse("staging.a");
  private static final Map<String, String> FILES =
      Map.of(
          "warehouse.yml",
          "name: w\nlake: ./lake\n",
          "sources/s.yml",
          "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\n"
              + "tables: [a]\n",
          "staging/a.sql",
          "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a",
          "marts/m.sql",
          mart("m", ""),
          "marts/always.sql",
          mart("always", "REFRESH_MODE = INCREMENTAL"),
          "marts/floats.sql",
          "CREATE DYNAMIC TABLE marts.floats REFRESH_MODE = INCREMENTAL AS "
              + "SELECT sum(v::DOUBLE / 3) AS s FROM staging.a GROUP BY k",
          "marts/counts.sql",
          "CREATE DYNAMIC TABLE marts.counts AS SELECT count(*) AS n FROM staging.a GROUP BY k",
          "marts/casts.sql",
          "CREATE DYNAMIC TABLE marts.casts REFRESH_MODE = INCREMENTAL AS SELECT k, count(*) AS n,"
              + " sum(CAST(v AS TINYINT)) AS s FROM staging.a GROUP BY k",
          "marts/ties.sql",
          "CREATE DYNAMIC TABLE marts.ties AS SELECT arg_max(id, v) AS best FROM staging.a GROUP"
              + " BY k");

  @TempDir Path directory;
  private DuckDb duckDb;
  private Connection duck;
  private Lake lake;
  private DeltaTable table;
  private Mirror mirror;
  private DynamicTable definition;
  private long cut;

  @BeforeEach
  void open() throws SQLException {
    open("m");
  }

  private void open(String name) throws SQLException {
    definition =
        (DynamicTable)
            TestWarehouse.read(
                    FILES,
                    Map.of("a", TestWarehouse.raw("id", "id BIGINT, k INTEGER, v DECIMAL(12;2)")))
                .table(new TableName("marts", name))
                .orElseThrow();
    duckDb = DuckDb.inMemory(directory.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    lake = new Lake(directory.resolve("lake"));
    table =
        lake.create(
            definition.name(), TableSpec.of(definition.schema()), Watermark.at(-1, "first"));
    mirror = Mirror.load(duck, table, "mirror");
    Sql.run(duck, "CREATE SCHEMA staging");
    Sql.run(
        duck,
        "CREATE TABLE staging.a AS SELECT i AS id, (i % 100)::INTEGER AS k, 1.25::DECIMAL(12,2) AS"
            + " v FROM range(10000) t(i)");
    Sql.run(duck, "CREATE TABLE changes AS SELECT *, 1::BIGINT AS _weight FROM staging.a LIMIT 0");
  }

  @AfterEach
  void close() throws SQLException {
    lake.close();
    duck.close();
    duckDb.close();
  }

  private static String mart(String name, String clauses) {
    return "CREATE DYNAMIC TABLE marts.%s %s AS SELECT k, count(*) AS n, sum(v) AS s FROM staging.a GROUP BY k"
        .formatted(name, clauses);
  }

  private IncrementalRefresh refresh(UnaryOperator<String> edit) {
    return new IncrementalRefresh(
        duck,
        new Target(
            definition,
            () -> mirror.relation(),
            () ->
                new RowDiff(
                    definition.name(),
                    table.schema(),
                    definition.schema(),
                    definition.schema().key())),
        ((Algebra.Known) definition.algebra()).root(),
        edit);
  }

  /** Takes the rows of one key out, and another's in. */
  private void change() {
    Sql.run(duck, "DELETE FROM changes");
    Sql.run(duck, "INSERT INTO changes SELECT *, -1 FROM staging.a WHERE k = " + cut);
    Sql.run(duck, "INSERT INTO changes VALUES (%d, 7, 3.5, 1)".formatted(10_000_000 + cut));
    Sql.run(duck, "DELETE FROM staging.a WHERE k = " + cut);
    Sql.run(duck, "INSERT INTO staging.a VALUES (%d, 7, 3.5)".formatted(10_000_000 + cut));
  }

  private Task task(Set<TableName> changed) {
    return new Task(cut, Instant.EPOCH, changed, t -> "staging.a", t -> Optional.of("changes"));
  }

  private Outcome step(IncrementalRefresh refresh) {
    Outcome outcome = refresh.refresh(task(Set.of(INPUT)));
    if (!outcome.changes().none()) {
      CommitResult result =
          table.commit(duck, mirror, outcome.changes().relation(), Watermark.at(cut, "first"));
      assertThat(result).isInstanceOf(CommitResult.Committed.class);
    }
    refresh.committed();
    cut++;
    return outcome;
  }

  private long differing() {
    return Sql.number(
        duck,
        "SELECT count(*) FROM (SELECT k, n, s FROM mirror EXCEPT ALL SELECT k, count(*), sum(v)"
            + " FROM staging.a GROUP BY k)");
  }

  @Test
  void stateIsMadeFirstThenChangesAreCarriedThrough() throws SQLException {
    close();
    directory = directory.resolve("always");
    open("always");
    IncrementalRefresh refresh = refresh(sql -> sql);
    assertThat(step(refresh).reason()).isEqualTo(Choice.NO_STATE.name());
    for (int i = 0; i < 5; i++) {
      change();
      Outcome outcome = step(refresh);
      assertThat(outcome.strategy()).isEqualTo(Costs.INCREMENTAL);
      assertThat(outcome.predicted()).containsOnlyKeys(Costs.FULL, Costs.INCREMENTAL);
      assertThat(differing()).isZero();
    }
  }

  /** As a sum in another order would be: the table's row is not the state's, bit for bit. */
  @Test
  void aSumOfFloatingNumbersInABagFollowsThoughItsLastDigitsDiffer() throws SQLException {
    close();
    directory = directory.resolve("floats");
    open("floats");
    IncrementalRefresh refresh = refresh(sql -> sql);
    assertThat(step(refresh).reason()).isEqualTo(Choice.NO_STATE.name());
    for (int i = 0; i < 3; i++) {
      Sql.run(duck, "UPDATE mirror SET s = s * (1 + 4e-16)");
      change();
      Outcome outcome = step(refresh);
      assertThat(outcome.strategy()).isEqualTo(Costs.INCREMENTAL);
      assertThat(outcome.changes().inserts() + outcome.changes().deletes()).isLessThan(5);
      assertThat(refresh.audit(task(Set.of())).differing()).isZero();
    }
  }

  /** As after a restart, which reads the rows in another order: 1e-13 is no trifle of nothing. */
  @Test
  void anAuditLetsSumsDifferThatComeToNothing() throws SQLException {
    close();
    directory = directory.resolve("ledger");
    open("floats");
    Sql.run(duck, "UPDATE staging.a SET v = CASE WHEN id % 200 < 100 THEN 1.1 ELSE -1.1 END");
    IncrementalRefresh refresh = refresh(sql -> sql);
    step(refresh);
    Sql.run(duck, "UPDATE mirror SET s = s + 1e-13");
    assertThat(refresh.audit(task(Set.of())).differing()).isZero();
    Sql.run(duck, "UPDATE mirror SET s = s + 0.01");
    assertThat(refresh.audit(task(Set.of())).differing()).isEqualTo(100);
  }

  @Test
  void aStateThatDoesNotFitAtASecondTryIsMadeAnew() throws SQLException {
    close();
    directory = directory.resolve("counts");
    open("counts");
    IncrementalRefresh refresh = refresh(sql -> sql);
    step(refresh);
    change();
    assertThat(refresh.refresh(task(Set.of(INPUT))).strategy()).isEqualTo(Costs.INCREMENTAL);
    Sql.run(duck, "DELETE FROM mirror");
    Outcome outcome = refresh.refresh(task(Set.of(INPUT)));
    assertThat(outcome.reason()).isEqualTo(Choice.STATE_DOES_NOT_FIT.name());
    assertThat(outcome.changes().inserts()).isEqualTo(99);
  }

  @Test
  void aRowThatTheQueryCannotTakeFailsTheTableUntilItIsMended() throws SQLException {
    close();
    directory = directory.resolve("casts");
    open("casts");
    IncrementalRefresh refresh = refresh(sql -> sql);
    step(refresh);
    long version = table.version();
    Sql.run(duck, "INSERT INTO changes VALUES (-1, 7, 1000, 1)");
    Sql.run(duck, "INSERT INTO staging.a VALUES (-1, 7, 1000)");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> refresh.refresh(task(Set.of(INPUT))))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.errorCode()).isEqualTo(MartsError.MRT_001_QUERY_FAILED))
          .hasMessageContaining("marts.casts failed at cut 1")
          .message()
          .doesNotContain("1000");
      refresh.failed();
    }
    assertThat(table.version()).isEqualTo(version);
    Sql.run(duck, "INSERT INTO changes VALUES (-1, 7, 1000, -1), (-1, 7, 2, 1)");
    Sql.run(duck, "UPDATE staging.a SET v = 2 WHERE id = -1");
    step(refresh);
    assertThat(
            Sql.number(duck, "SELECT sum(s)::BIGINT FROM mirror")
                - Sql.number(duck, "SELECT sum(CAST(v AS TINYINT)) FROM staging.a"))
        .isZero();
    change();
    assertThat(step(refresh).strategy()).as("state is there again").isEqualTo(Costs.INCREMENTAL);
  }

  @Test
  void anAlteredPropertyCountsAtOnceAndStateStays() {
    IncrementalRefresh refresh = refresh(sql -> sql);
    step(refresh);
    refresh.alter(Property.REFRESH_MODE.set(definition, "INCREMENTAL"));
    change();
    Outcome outcome = step(refresh);
    assertThat(outcome.strategy()).isEqualTo(Costs.INCREMENTAL);
    assertThat(outcome.reason()).isEqualTo(Choice.REFRESH_MODE.name());
    refresh.alter(Property.CARDINALITY_THRESHOLD.set(definition, "0.001"));
    change();
    assertThat(step(refresh).reason()).isEqualTo(Choice.CARDINALITY_THRESHOLD.name());
    assertThat(differing()).isZero();
  }

  @Test
  void onlyWhatRepeatsIsAudited() throws SQLException {
    assertThat(refresh(sql -> sql).repeats()).isTrue();
    assertThat(refresh(sql -> sql).auditTakes()).isEmpty();
    close();
    directory = directory.resolve("ties");
    open("ties");
    IncrementalRefresh refresh = refresh(sql -> sql);
    step(refresh);
    assertThat(refresh.repeats()).isFalse();
    assertThat(refresh.auditTakes()).isPresent();
  }

  @Test
  void whatTakesTooLongIsGivenUpForTheWholeQuery() {
    String[] slow = {""};
    IncrementalRefresh refresh =
        refresh(sql -> !slow[0].isEmpty() && sql.contains("TEMP TABLE ivm_1 ") ? slow[0] : sql);
    step(refresh);
    slow[0] =
        "CREATE OR REPLACE TEMP TABLE ivm_1 AS SELECT sum(a.range * b.range) FROM range(10000000)"
            + " a, range(1000000) b";
    change();
    Outcome outcome = step(refresh);
    assertThat(outcome.strategy()).isEqualTo(Costs.FULL);
    assertThat(outcome.reason()).isEqualTo(Choice.TOOK_TOO_LONG.name());
    assertThat(differing()).isZero();
    change();
    assertThat(step(refresh).reason()).as("the next choice").isEqualTo(Choice.CHEAPER.name());
    assertThat(differing()).isZero();
  }

  @Test
  void anAuditFindsWrongRowsAndTheTableIsComputedAsAWholeFromThenOn() {
    IncrementalRefresh refresh = refresh(sql -> sql.replace("coalesce(s.n, 0) + d.n)", "s.n)"));
    step(refresh);
    assertThat(refresh.audit(task(Set.of())).differing()).isZero();
    change();
    step(refresh);
    assertThat(differing()).isPositive();
    assertThat(stateTables()).isPositive();
    assertThat(refresh.audit(task(Set.of())).differing()).isPositive();
    assertThat(stateTables()).as("of no more use").isZero();
    refresh.failed();
    assertThat(step(refresh).reason()).isEqualTo(Choice.STATE_DISTRUSTED.name());
    assertThat(differing()).isZero();
  }

  private long stateTables() {
    return Sql.number(
        duck, "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'state of %'");
  }

  @Test
  void aRefreshWithoutChangesFindsNone() {
    IncrementalRefresh refresh = refresh(sql -> sql);
    step(refresh);
    Outcome outcome = refresh.refresh(task(Set.of()));
    assertThat(outcome.changes().none()).isTrue();
    assertThat(outcome.millis()).isLessThan(20);
  }
}
