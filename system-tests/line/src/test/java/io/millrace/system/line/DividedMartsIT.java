package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import io.millrace.warehouse.DynamicTable;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Two instances of the marts service divide the dynamic tables, one of which joins the two others,
 * until one of them is killed.
 */
@OnSharedLine
class DividedMartsIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int CUTS = 15;
  private static final TableName FAST = TableName.parse("marts.orders_fast");
  private static final TableName SLOW = TableName.parse("marts.orders_slow");
  private static final TableName BOTH = TableName.parse("marts.orders_both");

  private final Line line;
  private long first;

  DividedMartsIT(Line line) {
    this.line = line;
  }

  @Test
  void everyVersionIsRightWhileTheTablesAreDividedAndWhenOneInstanceTakesThemOver()
      throws Exception {
    try (Cuts cuts = new Cuts(line)) {
      first = cuts.log().end();
    }
    try (Line second = line.beside("second-marts");
        ShopWorkload _ =
            ShopWorkload.start(
                line.stack.postgres(), ShopWorkload.Settings.usual(11), Progress.silent())) {
      second.start(Service.MARTS);
      await("a share for each instance", () -> kept(line), mine -> divided(mine, kept(second)));
      goOn(second);
      second.post(Service.MARTS, "/api/v1/dynamic-tables/" + BOTH + "/refresh");
      second.kill(Service.MARTS);
      await("all tables again", () -> kept(line), mine -> mine.size() == 3);
      goOn(second);
    }
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    assertEveryVersionIsRight();
    Verdict.drainedAndRight(line);
  }

  /** Each table is refreshed for a while, wherever it is kept. */
  private void goOn(Line second) throws InterruptedException {
    Map<String, Long> before = both(second);
    await(
        "a few rounds of every table",
        () -> both(second),
        now ->
            before.entrySet().stream()
                .allMatch(t -> now.getOrDefault(t.getKey(), -1L) > t.getValue() + CUTS));
  }

  private Map<String, Long> both(Line second) throws InterruptedException {
    Map<String, Long> all = kept(line);
    all.putAll(kept(second));
    return all;
  }

  private static boolean divided(Map<String, Long> one, Map<String, Long> other) {
    return !one.isEmpty()
        && !other.isEmpty()
        && one.size() + other.size() == 3
        && one.keySet().stream().noneMatch(other::containsKey);
  }

  /** The tables that an instance keeps, and how far they are. */
  private static Map<String, Long> kept(Line instance) throws InterruptedException {
    Map<String, Long> kept = new TreeMap<>();
    for (JsonNode table :
        instance
            .status(Service.MARTS)
            .map(s -> s.path("tables"))
            .orElse(MissingNode.getInstance())) {
      kept.put(table.path("table").asText(), table.path("through").asLong());
    }
    return kept;
  }

  private void assertEveryVersionIsRight() throws SQLException {
    try (Truth truth = new Truth(line)) {
      for (TableName mart : List.of(FAST, SLOW, BOTH)) {
        DynamicTable table = (DynamicTable) truth.warehouse().table(mart).orElseThrow();
        List<Long> cuts = truth.cutsOf(mart).stream().filter(cut -> cut >= first).toList();
        assertThat(cuts).as("versions of %s", mart).hasSizeGreaterThan(1);
        for (long cut : cuts) {
          assertThat(truth.martDifference(table, cut)).as("%s at cut %d", mart, cut).isZero();
        }
      }
    }
  }

  private interface Seen {
    Map<String, Long> look() throws InterruptedException;
  }

  private interface Wanted {
    boolean is(Map<String, Long> seen) throws InterruptedException;
  }

  private static void await(String what, Seen seen, Wanted wanted) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!wanted.is(seen.look())) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + what + " within " + LIMIT + ": " + seen.look());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }
}
