package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.ShardPosition;
import io.millrace.lake.ShardPositions;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import io.millrace.warehouse.DynamicTable;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dynamic tables of different lags, joined. How long: {@code -Dmillrace.seconds}, else 40. */
@OnSharedLine
class SharedCutsIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long SECONDS = Long.getLong("millrace.seconds", 40);

  private static final TableName FAST = TableName.parse("marts.orders_fast");
  private static final TableName SLOW = TableName.parse("marts.orders_slow");
  private static final TableName BOTH = TableName.parse("marts.orders_both");

  private final Line line;

  SharedCutsIT(Line line) {
    this.line = line;
  }

  @Test
  void joinsAFastAndASlowMartOnlyAtCutsThatBothHave() throws Exception {
    long first;
    try (Cuts cuts = new Cuts(line)) {
      first = cuts.log().end();
    }
    try (ShopWorkload _ =
        ShopWorkload.start(
            line.stack.postgres(), ShopWorkload.Settings.usual(2), Progress.silent())) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS));
    }
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);

    long newest = newestOfAll();
    Set<Long> fast = rounds(FAST, first, newest);
    Set<Long> slow = rounds(SLOW, first, newest);
    Set<Long> both = rounds(BOTH, first, newest);
    assertThat(slow)
        .as("rounds of the slow mart")
        .hasSizeGreaterThan(1)
        .hasSizeLessThan(fast.size());
    assertThat(fast).as("rounds of the fast mart").containsAll(slow);
    assertThat(fast).as("rounds of their join").containsAll(both);
    assertThat(slow).as("rounds of their join").containsAll(both);
    try (Truth truth = new Truth(line)) {
      Set<Long> joined = versions(truth, BOTH, first);
      assertThat(joined).as("versions of their join").hasSizeGreaterThan(1);
      for (long cut : joined) {
        assertThat(
                truth.count(
                    "SELECT count(*) FROM %s WHERE orders_apart <> 0 OR value_apart <> 0"
                        .formatted(truth.view(BOTH, cut))))
            .as("customers whose orders the two marts count differently, cut %d", cut)
            .isZero();
      }
      for (TableName mart : List.of(FAST, SLOW, BOTH)) {
        DynamicTable table = (DynamicTable) truth.warehouse().table(mart).orElseThrow();
        for (long cut : versions(truth, mart, first)) {
          assertThat(truth.martDifference(table, cut)).as("%s at cut %d", mart, cut).isZero();
        }
      }
    }
  }

  /** A cut that no table is still to show: rounds go on, and are told shard by shard. */
  private long newestOfAll() {
    return Stream.of(FAST, SLOW, BOTH)
        .mapToLong(table -> rounds(table, 0, Long.MAX_VALUE).last())
        .min()
        .orElseThrow();
  }

  /** The cuts that readers may ask the table for. */
  private NavigableSet<Long> rounds(TableName table, long first, long last) {
    NavigableSet<Long> rounds = new TreeSet<>();
    for (ShardPosition position : new ShardPositions(line.lake).readAll()) {
      rounds.addAll(position.rounds().getOrDefault(table.toString(), List.of()));
    }
    rounds.removeIf(cut -> cut < first || cut > last);
    return rounds;
  }

  private static Set<Long> versions(Truth truth, TableName table, long first) {
    Set<Long> cuts = new TreeSet<>(truth.cutsOf(table));
    cuts.removeIf(cut -> cut < first);
    return cuts;
  }
}
