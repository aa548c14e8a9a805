package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.shard.Rebuild;
import io.millrace.warehouse.Warehouse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances with an old and a new statement of one table, which each takes from the other. */
class ReplacementsTest {
  @TempDir Path directory;
  private final List<Runnable> orders = new ArrayList<>();
  private TestShard shard;
  private KnownTable old;
  private KnownTable changed;
  private boolean failing;

  @BeforeEach
  void open() {
    Warehouse before = warehouse("SELECT id FROM staging.a");
    shard = new TestShard(before, directory);
    old = new KnownTable(before, "marts.m");
    changed = new KnownTable(warehouse("SELECT id, v FROM staging.a"), "marts.m");
    shard.cut("s", Instant.ofEpochSecond(1000), "");
    old.through = 0;
    changed.through = 0;
    changed.written = old.written;
  }

  @AfterEach
  void close() throws SQLException {
    shard.close();
  }

  private static Warehouse warehouse(String select) {
    return TestWarehouse.read(
        Map.of(
            "warehouse.yml",
            "name: w\nlake: ./lake\n",
            "sources/s.yml",
            "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\n"
                + "tables: [a]\n",
            "staging/a.sql",
            "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a",
            "marts/m.sql",
            "CREATE OR REPLACE DYNAMIC TABLE marts.m AS " + select),
        Map.of("a", TestWarehouse.raw("id", "id BIGINT, v BIGINT")));
  }

  /** An instance that has read its folder now. */
  private Replacements instance() {
    return new Replacements(
        (table, order) -> {
          if (failing) {
            throw new TimeoutException("Kafka is away");
          }
          return shard.cut(shard.shard().operator(table), Instant.ofEpochSecond(2000), order);
        },
        orders::add,
        shard.cuts().end());
  }

  private void giveOrders() {
    List.copyOf(orders).forEach(Runnable::run);
    orders.clear();
  }

  /** The table is rebuilt by this statement at the newest cut, and given to the other instance. */
  private void rebuilt(KnownTable by) {
    for (KnownTable table : List.of(old, changed)) {
      table.written = by.definition().definition();
      table.through = shard.cuts().end() - 1;
    }
  }

  @Test
  void theLoopDoesNotWaitForAnOrder() {
    Replacements instance = instance();
    instance.look(changed, shard.shard());
    instance.look(changed, shard.shard());
    assertThat(orders).as("given elsewhere, once").hasSize(1);
    assertThat(changed.mayStep()).isFalse();
    assertThat(changed.waitsFor).isEqualTo("the order of its rebuild");
    giveOrders();
    assertThat(shard.cuts().last(shard.shard().operator(changed.name())))
        .map(Rebuild::of)
        .hasValueSatisfying(order -> assertThat(order.rebuild()).isEqualTo("marts.m"));
    changed.rebuild = OptionalLong.of(1);
    instance.look(changed, shard.shard());
    assertThat(changed.mayStep()).isTrue();
    assertThat(orders).isEmpty();
  }

  @Test
  void anOrderThatFailsIsGivenAgain() {
    Replacements instance = instance();
    failing = true;
    instance.look(changed, shard.shard());
    giveOrders();
    failing = false;
    while (orders.isEmpty()) { // for the pause, a tenth of a second
      instance.look(changed, shard.shard());
    }
    giveOrders();
    assertThat(shard.cuts().last(shard.shard().operator(changed.name()))).isPresent();
  }

  /** It came to the instance with the old statement, which rebuilt the table by that. */
  @Test
  void anOrderThatAnotherCarriedOutIsGivenAgain() {
    Replacements instance = instance();
    instance.look(changed, shard.shard());
    giveOrders();
    rebuilt(old);
    instance.look(changed, shard.shard());
    assertThat(orders).hasSize(1);
  }

  @Test
  void anInstanceWithTheOlderFolderLeavesTheNewerStatement() {
    Replacements first = instance();
    Replacements second = instance();
    second.look(changed, shard.shard());
    giveOrders();
    rebuilt(changed);
    first.look(old, shard.shard());
    assertThat(orders).as("no order to undo it").isEmpty();
    assertThat(old.mayStep()).isFalse();
    assertThat(old.waitsFor).startsWith("an instance with the newer folder: cut 1 replaced");
    Replacements third = instance();
    third.look(old, shard.shard());
    assertThat(orders).as("the old folder is rolled out again").hasSize(1);
    giveOrders();
    rebuilt(old);
    second.look(changed, shard.shard());
    assertThat(orders).isEmpty();
    assertThat(changed.waitsFor).startsWith("an instance with the newer folder: cut 2 replaced");
  }

  @Test
  void aTableWithoutRowsNeedsNoRebuild() {
    changed.through = -1;
    instance().look(changed, shard.shard());
    assertThat(orders).isEmpty();
    assertThat(changed.mayStep()).isTrue();
  }
}
