package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.marts.control.Alterations.Alteration;
import io.millrace.marts.control.Order;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.TargetLag;
import io.millrace.warehouse.Warehouse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two tables over one input that has reached every cut; a cut a second, and rounds of four. */
class PlanTest {
  private static final TableName INPUT = TableName.parse("staging.a");

  @TempDir Path directory;
  private TestShard shard;
  private KnownTable failing;
  private KnownTable other;
  private KnownTable below;
  private KnownTable bottom;
  private Plan plan;

  @BeforeEach
  void open() {
    Warehouse warehouse =
        TestWarehouse.read(
            Map.of(
                "warehouse.yml",
                "name: w\nlake: ./lake\n",
                "sources/s.yml",
                "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\n"
                    + "tables: [a]\n",
                "staging/a.sql",
                "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a",
                "marts/failing.sql",
                "CREATE DYNAMIC TABLE marts.failing AS SELECT id FROM staging.a",
                "marts/below.sql",
                "CREATE DYNAMIC TABLE marts.below AS SELECT id FROM marts.failing",
                "marts/bottom.sql",
                "CREATE DYNAMIC TABLE marts.bottom AS SELECT id FROM marts.below",
                "marts/other.sql",
                "CREATE DYNAMIC TABLE marts.other AS SELECT id FROM staging.a"),
            Map.of("a", TestWarehouse.raw("id", "id BIGINT")));
    shard = new TestShard(warehouse, directory);
    failing = new KnownTable(warehouse, "marts.failing");
    other = new KnownTable(warehouse, "marts.other");
    below = new KnownTable(warehouse, "marts.below");
    bottom = new KnownTable(warehouse, "marts.bottom");
    plan =
        new Plan(shard.shard(), List.of(failing, below, bottom, other), new Inputs(shard.shard()));
    shard.publish(INPUT, -1, new PublishedVersion(INPUT.toString(), "a", -1L, 0L, -1L, null));
  }

  @AfterEach
  void close() throws SQLException {
    shard.close();
  }

  private void cuts(int count) {
    for (int i = 0; i < count; i++) {
      shard.cut("s", Instant.ofEpochSecond(1000 + shard.cuts().end()), "");
    }
    shard.publish(INPUT, shard.cuts().end() - 1);
    plan.look();
  }

  private void allAt(long cut) {
    for (KnownTable table : List.of(failing, below, bottom, other)) {
      table.through = cut;
    }
  }

  private long orderRebuild() {
    long cut =
        shard.cut(
            shard.shard().operator(failing.name()),
            Instant.ofEpochSecond(1000 + shard.cuts().end()),
            "{\"rebuild\":\"marts.failing\"}");
    if (failing.rebuild.isEmpty()) {
      failing.rebuild = OptionalLong.of(cut);
    }
    shard.publish(INPUT, cut);
    plan.look();
    return cut;
  }

  @Test
  void aRebuildThatFailsKeepsNoOtherTableFromItsRounds() {
    cuts(9);
    allAt(7);
    long order = orderRebuild();
    assertThat(plan.nextRound()).hasValue(order);
    failing.waits = true;
    cuts(8);
    assertThat(plan.nextRound()).as("of the other table").hasValue(15);
    assertThat(failing.waits).as("still").isTrue();
    failing.waits = false;
    assertThat(plan.nextRound()).as("once it may try again").hasValue(order);
  }

  @Test
  void tablesBelowOneThatFailedSayThatTheyWaitForIt() {
    cuts(9);
    allAt(7);
    failing.waits = true;
    cuts(8);
    assertThat(plan.nextRound()).hasValue(15);
    assertThat(List.of(below.waitsFor, bottom.waitsFor))
        .containsOnly("marts.failing, which has failed");
    assertThat(other.waitsFor).isEmpty();
  }

  @Test
  void aRebuildBelowASuspendedTableSaysWhatItWaitsFor() {
    cuts(9);
    allAt(7);
    shard.cut(
        shard.shard().operator(failing.name()),
        Instant.ofEpochSecond(1009),
        new Order(failing.name(), Order.Action.SUSPEND).toJson());
    below.rebuild =
        OptionalLong.of(
            shard.cut(
                shard.shard().operator(below.name()),
                Instant.ofEpochSecond(1010),
                "{\"rebuild\":\"marts.below\"}"));
    shard.publish(INPUT, shard.cuts().end() - 1);
    plan.look();
    var _ = plan.nextRound();
    assertThat(List.of(below.waitsFor, bottom.waitsFor))
        .containsOnly("millrace resume marts.failing: it is suspended");
    assertThat(other.waitsFor).isEmpty();
  }

  @Test
  void aTableWithoutRowsBeginsWhereAnotherCanBeReadWithinItsPeriod() {
    cuts(7);
    allAt(3);
    other.through = -1;
    assertThat(plan.nextRound()).as("the others are of the period before").hasValue(6);
    allAt(4);
    other.through = -1;
    assertThat(plan.nextRound()).hasValue(4);
  }

  @Test
  void anAuditKeepsNoTableFromMoreThanHalfAPeriodOfTheFastest() {
    assertThat(Audits.limit(List.of(failing, other))).isEqualTo(Duration.ofSeconds(2));
    other.period = 512;
    assertThat(Audits.limit(List.of(other, failing))).isEqualTo(Duration.ofSeconds(2));
  }

  private void alter(KnownTable altered, String property, @Nullable String value, String over) {
    TableName table = altered.name();
    long cut =
        shard.cut(
            shard.shard().operator(table),
            Instant.ofEpochSecond(1000 + shard.cuts().end()),
            new Order(table, Map.of(property, new Order.Setting(value, over))).toJson());
    shard.publish(INPUT, cut);
    plan.look();
  }

  private DynamicTable now(KnownTable table) {
    return (DynamicTable) plan.alterations().warehouse().table(table.name()).orElseThrow();
  }

  private long periodNow(KnownTable table) {
    return Mart.period(plan.alterations().warehouse(), now(table));
  }

  @Test
  void anOrderedPropertyHoldsAfterEveryRestartUntilItIsTakenBack() {
    alter(other, "TARGET_LAG", "10 minutes", "1 minute");
    alter(other, "REFRESH_MODE", "FULL", "AUTO");
    plan = new Plan(shard.shard(), List.of(other), new Inputs(shard.shard()));
    assertThat(plan.look()).isTrue();
    assertThat(now(other).targetLag()).isEqualTo(new TargetLag.Within(Duration.ofMinutes(10)));
    assertThat(now(other).refreshMode()).isEqualTo(DynamicTable.RefreshMode.FULL);
    assertThat(plan.alterations().of(other.name()))
        .containsExactly(
            new Alteration("REFRESH_MODE", "AUTO", "FULL", 1),
            new Alteration("TARGET_LAG", "1 minute", "10 minutes", 0));
    assertThat(periodNow(other)).isEqualTo(256);
    alter(other, "REFRESH_MODE", null, "AUTO");
    alter(other, "TARGET_LAG", null, "1 minute");
    assertThat(plan.alterations().warehouse()).isEqualTo(shard.shard().around().warehouse());
  }

  private void suspend(KnownTable table) {
    shard.cut(
        shard.shard().operator(table.name()),
        Instant.ofEpochSecond(1000 + shard.cuts().end()),
        new Order(table.name(), Order.Action.SUSPEND).toJson());
  }

  @Test
  void ordersOfATableThatHadTheNameBeforeDoNotCount() {
    suspend(other);
    alter(other, "TARGET_LAG", "10 minutes", "1 minute");
    var _ =
        shard
            .lake()
            .create(
                other.name(),
                new TableSpec(
                    other.definition().schema(),
                    List.of(),
                    Map.of("millrace.created", String.valueOf(shard.cuts().end()))),
                Watermark.at(-1, "d"));
    plan = new Plan(shard.shard(), List.of(other), new Inputs(shard.shard()));
    plan.look();
    assertThat(plan.suspended(other.name())).isFalse();
    assertThat(plan.alterations().of(other.name())).isEmpty();
    suspend(other);
    plan.look();
    assertThat(plan.suspended(other.name())).as("by an order of its own").isTrue();
  }

  @Test
  void anOrderIsOverOnceTheFolderSaysSomethingElseAndDoesNotHoldWhereItCannot() {
    alter(other, "TARGET_LAG", "10 minutes", "5 minutes");
    alter(other, "REFRESH_MODE", "SOMEHOW", "AUTO");
    alter(other, "SPEED", "HIGH", "");
    assertThat(plan.alterations().of(other.name())).isEmpty();
    assertThat(now(other).targetLag()).isEqualTo(new TargetLag.Within(Duration.ofMinutes(1)));
  }

  @Test
  void aTableThatIsOnlyAsFreshAsItsReadersFollowsTheLagThatWasOrderedOfThem() {
    assertThat(periodNow(failing)).isEqualTo(16);
    alter(failing, "TARGET_LAG", "downstream", "1 minute");
    assertThat(periodNow(failing)).isEqualTo(16);
    alter(below, "TARGET_LAG", "10 minutes", "1 minute");
    assertThat(periodNow(failing)).isEqualTo(256);
  }

  @Test
  void anotherOrderLetsATableThatStoppedTryAtItsOwnCut() {
    cuts(9);
    allAt(7);
    assertThat(orderRebuild()).isEqualTo(9);
    assertThat(plan.nextRound()).hasValue(9);
    failing.waits = true;
    cuts(1);
    long again = orderRebuild();
    assertThat(plan.isDue(failing, again)).isTrue();
    assertThat(failing.waits).isFalse();
  }

  private long orderRefresh(KnownTable table) {
    long cut =
        shard.cut(
            shard.shard().operator(table.name()),
            Instant.ofEpochSecond(1000 + shard.cuts().end()),
            new Order(table.name(), Order.Action.REFRESH).toJson());
    shard.publish(INPUT, cut);
    plan.look();
    return cut;
  }

  @Test
  void anOrderWhoseDataFailIsTriedWithTheDataOfTodayForTheyMayBeMended() {
    cuts(9);
    allAt(7);
    assertThat(orderRebuild()).isEqualTo(9);
    assertThat(orderRefresh(other)).isEqualTo(10);
    assertThat(plan.nextRound()).hasValue(9);
    failing.cutAtFault = true;
    cuts(8);
    assertThat(plan.isDue(failing, 18)).as("rebuilt of the newest rows").isTrue();
    assertThat(plan.isDue(other, 10)).as("which has not been tried").isTrue();
    other.cutAtFault = true;
    assertThat(plan.isDue(other, 18)).as("refreshed with the newest rows").isTrue();
  }
}
