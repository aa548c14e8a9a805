package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.marts.control.Order;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Warehouse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rounds of tables with target lags of all kinds, over a log that has a cut a second, so that cut n
 * is of second n: cuts 3, 7, 11 are the last before a multiple of 4 seconds.
 */
class RoundTest {
  private static final TableName INPUT = TableName.parse("staging.a");

  @TempDir Path directory;
  private TestShard shard;
  private final Map<String, KnownTable> tables = new LinkedHashMap<>();
  private final List<String> log = new ArrayList<>();
  private final Set<String> failing = new HashSet<>();
  private List<KnownTable> ordered = List.of();
  private Plan plan;
  private Round<KnownTable> round;

  @BeforeEach
  void open() {
    Map<String, String> files = new HashMap<>();
    files.put("warehouse.yml", "name: w\nlake: ./lake\n");
    files.put(
        "sources/s.yml",
        "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\n"
            + "tables: [a]\n");
    files.put("staging/a.sql", "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a");
    mart(files, "fast", "8 seconds", "staging.a");
    mart(files, "slow", "40 seconds", "staging.a");
    mart(files, "both", "40 seconds", "marts.fast JOIN marts.slow USING (id)");
    mart(files, "with_fast", "upstream", "marts.fast");
    mart(files, "last", "upstream", "marts.with_fast");
    mart(files, "for_leaf", "downstream", "staging.a");
    mart(files, "leaf", "40 seconds", "marts.for_leaf");
    mart(files, "for_nobody", "downstream", "staging.a");
    Warehouse warehouse =
        TestWarehouse.read(files, Map.of("a", TestWarehouse.raw("id", "id BIGINT")));
    shard = new TestShard(warehouse, directory);
    for (DynamicTable definition : warehouse.dynamicTables()) {
      KnownTable table = new KnownTable(warehouse, definition.name().toString());
      table.period = Mart.period(warehouse, definition);
      tables.put(definition.name().name(), table);
    }
    ordered = List.copyOf(tables.values());
    restart();
    shard.publish(INPUT, -1, new PublishedVersion(INPUT.toString(), "a", -1L, 0L, -1L, null));
  }

  private static void mart(Map<String, String> files, String name, String lag, String from) {
    files.put(
        "marts/" + name + ".sql",
        "CREATE DYNAMIC TABLE marts.%s TARGET_LAG = '%s' AS SELECT id FROM %s"
            .formatted(name, lag, from));
  }

  /** A table is kept by another instance from now on, which says how far it is. */
  private void keepElsewhere(String name) throws SQLException {
    KnownTable other = table(name);
    ordered = ordered.stream().filter(table -> table != other).toList();
    Warehouse warehouse = shard.shard().around().warehouse();
    shard.close();
    shard =
        new TestShard(
            warehouse,
            directory.resolve("without " + name),
            ordered.stream().map(KnownTable::definition).toList());
    restart();
    for (TableName input : List.of(INPUT, other.name())) {
      shard.publish(
          input, -1, new PublishedVersion(input.toString(), input.name(), -1L, 0L, -1L, null));
    }
  }

  private void restart() {
    plan = new Plan(shard.shard(), ordered, new Inputs(shard.shard()));
    round = new Round<>(plan, steps);
  }

  @AfterEach
  void close() throws SQLException {
    shard.close();
  }

  private final Round.Steps<KnownTable> steps =
      new Round.Steps<>() {
        @Override
        public void bring(long cut) {
          log.add("round " + cut);
        }

        @Override
        public boolean refresh(KnownTable table, long cut) {
          String name = table.name().name();
          if (failing.contains(name)) {
            log.add(name + " failed");
            table.waits = true;
            return false;
          }
          log.add(name);
          table.through = cut;
          table.rounds.add(cut);
          return true;
        }

        @Override
        public void skip(KnownTable table, long cut, TableName stale) {
          log.add(table.name().name() + " skipped for " + stale.name());
        }
      };

  /** The clock goes on, a cut a second; nobody looks. */
  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      shard.cut("s", Instant.ofEpochSecond(shard.cuts().end()), "");
    }
    shard.publish(INPUT, shard.cuts().end() - 1);
  }

  /** Looks and works until nothing is due. */
  private void work() {
    plan.look();
    OptionalLong cut = plan.nextRound();
    while (cut.isPresent()) {
      round.walk(cut.getAsLong(), ordered);
      plan.look();
      cut = plan.nextRound();
    }
  }

  /** As {@link #seconds}, with a look each second. */
  private void watched(int count) {
    for (int i = 0; i < count; i++) {
      seconds(1);
      work();
    }
  }

  /** All are filled, at cut 15, and the log of what was done begins. */
  private void filled() {
    seconds(17);
    work();
    ordered.forEach(table -> {
      table.through = 15;
      table.rounds.add(15L);
    });
    log.clear();
  }

  private KnownTable table(String name) {
    return Objects.requireNonNull(tables.get(name), name);
  }

  /** What was refreshed in each round. */
  private Map<Long, List<String>> rounds() {
    Map<Long, List<String>> rounds = new TreeMap<>();
    List<String> now = new ArrayList<>();
    for (String line : log) {
      if (line.startsWith("round ")) {
        now = rounds.computeIfAbsent(Long.parseLong(line.substring(6)), cut -> new ArrayList<>());
      } else {
        now.add(line);
      }
    }
    return rounds;
  }

  @Test
  void aWholeNewGraphIsFilledInOneRoundInputsFirst() {
    seconds(10);
    work();
    assertThat(rounds()).hasSize(1);
    List<String> first = rounds().values().iterator().next();
    assertThat(first).containsExactlyInAnyOrderElementsOf(tables.keySet());
    assertThat(first.indexOf("both"))
        .isGreaterThan(first.indexOf("fast"))
        .isGreaterThan(first.indexOf("slow"));
    assertThat(first.indexOf("leaf")).isGreaterThan(first.indexOf("for_leaf"));
  }

  @Test
  void eachTableIsRefreshedAsOftenAsItsLagAsksAndThoseOfOneCutTogether() {
    filled();
    watched(34);
    Map<Long, List<String>> rounds = rounds();
    assertThat(rounds.keySet()).containsExactly(19L, 23L, 27L, 31L, 35L, 39L, 43L, 47L);
    rounds.forEach((cut, names) -> {
      if (cut == 31 || cut == 47) {
        assertThat(names)
            .containsExactlyInAnyOrder(
                "fast", "with_fast", "last", "slow", "both", "for_leaf", "leaf");
      } else {
        assertThat(names).as("cut " + cut).containsExactly("fast", "with_fast", "last");
      }
    });
    assertThat(table("for_nobody").through).as("nobody asks for it").isEqualTo(15);
  }

  @Test
  void missedRoundsAreOneButNoneIsSkippedAtWhichASlowerTableIsRead() {
    filled();
    seconds(34);
    work();
    assertThat(rounds().keySet())
        .as("31 is the slow ones', 47 theirs and the newest")
        .containsExactly(31L, 47L);
    assertThat(table("both").through).isEqualTo(47);
    log.clear();
    seconds(1);
    work();
    assertThat(rounds().keySet()).as("before 52 s nothing is due").isEmpty();
    seconds(9);
    work();
    assertThat(rounds().keySet()).as("in place of 51, 55 and 59").containsExactly(59L);
  }

  @Test
  void aTableThatFailsIsLeftBehindWithThoseThatReadItAndTheOthersGoOn() {
    filled();
    failing.add("fast");
    watched(17);
    assertThat(rounds().get(19L))
        .containsExactly("fast failed", "with_fast skipped for fast", "last skipped for with_fast");
    assertThat(rounds().get(31L)).containsExactlyInAnyOrder("slow", "for_leaf", "leaf");
    assertThat(table("both").through).isEqualTo(15);

    failing.clear();
    table("fast").waits = false;
    log.clear();
    work();
    assertThat(rounds().keySet()).as("the cut at which the others were").containsExactly(31L);
    assertThat(rounds().get(31L)).containsExactlyInAnyOrder("fast", "with_fast", "last", "both");
  }

  @Test
  void anOrderedRefreshTakesTheTablesAboveWithItToTheOrdersCut() {
    filled();
    seconds(1);
    KnownTable leaf = table("leaf");
    long cut =
        shard.cut(
            shard.shard().operator(leaf.name()),
            Instant.ofEpochSecond(shard.cuts().end()),
            new Order(leaf.name(), Order.Action.REFRESH).toJson());
    shard.publish(INPUT, cut);
    work();
    assertThat(rounds().get(cut)).containsExactly("for_leaf", "leaf");
  }

  @Test
  void aNewTableAboveOneThatWasRefreshedByOrderLongAgoBeginsWithTheRowsOfToday() {
    seconds(2);
    order(table("leaf"), Order.Action.REFRESH);
    filled();
    table("for_leaf").through = -1;
    table("for_leaf").rounds.clear();
    restart();
    work();
    assertThat(rounds().keySet()).allMatch(cut -> cut >= 15);
    assertThat(table("for_leaf").through).isGreaterThanOrEqualTo(15);
  }

  @Test
  void aSuspendedTableStandsStillWithThoseThatReadItAcrossARestart() {
    filled();
    KnownTable slow = table("slow");
    order(slow, Order.Action.SUSPEND);
    watched(16);
    assertThat(rounds().get(31L))
        .containsExactlyInAnyOrder("fast", "with_fast", "last", "for_leaf", "leaf");
    restart();
    watched(16);
    assertThat(List.of(slow.through, table("both").through)).containsOnly(15L);
    assertThat(slow.waitsFor).contains("suspended");
    order(slow, Order.Action.RESUME);
    watched(16);
    assertThat(List.of(slow.through, table("both").through)).containsOnly(63L);
  }

  @Test
  void aTableThatIsResumedGoesOnThoughCutsOfSlowerOnesPassedMeanwhile() {
    filled();
    KnownTable fast = table("fast");
    order(fast, Order.Action.SUSPEND);
    watched(40);
    assertThat(fast.through).isEqualTo(15);
    order(fast, Order.Action.RESUME);
    watched(8);
    assertThat(List.of(fast.through, table("with_fast").through)).containsOnly(63L);
  }

  @Test
  void aTableOfAnotherInstanceThatIsFarAheadIsReadAtTheNewestRoundThatIsStillKnown()
      throws SQLException {
    keepElsewhere("fast");
    KnownTable reader = table("with_fast");
    reader.period = 16;
    seconds(16);
    shard.publish(TableName.parse("marts.fast"), 15);
    work();
    assertThat(reader.through).isEqualTo(15);
    for (int round = 0; round < 1_200; round++) {
      seconds(4);
      shard.publish(TableName.parse("marts.fast"), shard.cuts().end() - 1);
    }
    seconds(1);
    log.clear();
    work();
    assertThat(reader.through).as("of 1,200 rounds 512 are known").isEqualTo(4_815);
    assertThat(log.stream().filter("with_fast"::equals)).as("in one go").hasSize(1);
  }

  private void order(KnownTable table, Order.Action action) {
    long cut =
        shard.cut(
            shard.shard().operator(table.name()),
            Instant.ofEpochSecond(shard.cuts().end()),
            new Order(table.name(), action).toJson());
    shard.publish(INPUT, cut);
  }
}
