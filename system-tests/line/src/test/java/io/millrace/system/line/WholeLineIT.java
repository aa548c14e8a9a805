package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.verify.Finding;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.lake.Lake;
import io.millrace.local.Progress;
import io.millrace.local.github.GithubWorkload;
import io.millrace.local.judge.Judge;
import io.millrace.local.shop.ShopLoader;
import io.millrace.local.shop.ShopWorkload;
import io.millrace.warehouse.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example warehouse under workload, with every service killed twice at seeded moments. Then the
 * sources fall quiet, the line drains, and everything must be as if nothing had happened: as the
 * shop's database, its trigger-filled history and GitHub's stand-in say, and to Spark as well. The
 * longest, so it begins first.
 */
@Order(0)
class WholeLineIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int VERSIONS_COMPARED = 30;

  private final long seed = Long.getLong("millrace.seed", Clock.systemUTC().millis());

  @Test
  void losesAndDoublesNothingWhenEveryServiceIsKilledTwice(
      @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    Random random = new Random(seed);
    try (Line line = new Line(folder)) {
      ShopLoader.load(line.stack.postgres(), ShopLoader.SMALL, Progress.silent());
      line.startAll();
      ShopWorkload.Settings settings =
          new ShopWorkload.Settings(20, 3, seed, ShopWorkload.Settings.ENDLESS);
      try (ShopWorkload workload =
              ShopWorkload.start(line.stack.postgres(), settings, Progress.silent());
          GithubWorkload _ = GithubWorkload.start(line.github.organization(), 2)) {
        line.awaitShown(Instant.EPOCH, LIMIT);
        for (Service service : order(random)) {
          pause(random.nextInt(2_000));
          line.kill(service);
          pause(random.nextInt(1_500));
          line.start(service);
        }
        pause(3_000);
        assertThat(workload.counts().rolledBack()).as("rolled back").isPositive();
      }
      moveAndOrderAtOneMoment(line);
      Instant quiet = Clock.systemUTC().instant();
      line.awaitShown(quiet, LIMIT);
      line.awaitSynced(quiet, LIMIT);
      assertEverythingIsTrue(line);
      for (Service service : Service.values()) {
        assertThat(line.stop(service)).as("time to stop").isLessThan(Duration.ofSeconds(30));
      }
      assertSparkReadsTheSame(line);
    }
  }

  /** An order placed at the very moment of a move belongs to the version that begins there. */
  private static void moveAndOrderAtOneMoment(Line line) throws SQLException {
    try (Shop shop = new Shop(line)) {
      shop.transaction(
          "UPDATE customer SET c_address = 'the boundary', updated_at = now() WHERE c_custkey = 1",
          "INSERT INTO orders SELECT 20000000, 1, o_orderstatus, o_totalprice, o_orderdate,"
              + " o_orderpriority, o_clerk, o_shippriority, o_comment, now(), now() FROM orders"
              + " LIMIT 1",
          "INSERT INTO lineitem SELECT 20000000, l_partkey, l_suppkey, 1, l_quantity,"
              + " l_extendedprice, l_discount, l_tax, l_returnflag, l_linestatus, l_shipdate,"
              + " l_commitdate, l_receiptdate, l_shipinstruct, l_shipmode, l_comment FROM lineitem"
              + " LIMIT 1");
    }
  }

  private void assertEverythingIsTrue(Line line) {
    Judge judge =
        new Judge(
            line.run(),
            line.stack.postgres(),
            line.github.organization(),
            line.folder.resolve("judge"));
    List<Finding> wrong =
        judge.findings().stream().filter(f -> f.outcome() != Finding.Outcome.RIGHT).toList();
    assertThat(wrong).as("tables that are not as they must be, seed %d", seed).isEmpty();
  }

  private void assertSparkReadsTheSame(Line line) throws Exception {
    try (Truth truth = new Truth(line)) {
      assertThat(SparkReader.tables(line.lake))
          .containsAll(truth.warehouse().tables().stream().map(Table::name).toList());
    }
    try (SparkReader spark =
        new SparkReader(line.lake, line.folder.resolve("spark"), lastVersions(line.lake))) {
      for (TableName table : SparkReader.tables(line.lake)) {
        assertThat(spark.disagreements(table))
            .as("%s as Spark and as DuckDB read it, seed %d", table, seed)
            .isEmpty();
      }
    }
  }

  /** Spark takes long for the changes of every version; those of the last go through all kinds. */
  private static Map<TableName, Long> lastVersions(Path root) throws IOException {
    Map<TableName, Long> from = new HashMap<>();
    try (Lake lake = new Lake(root)) {
      for (TableName table : SparkReader.tables(root)) {
        from.put(table, Math.max(0, lake.open(table).version() - VERSIONS_COMPARED));
      }
    }
    return from;
  }

  private static List<Service> order(Random random) {
    List<Service> twice = new ArrayList<>(List.of(Service.values()));
    twice.addAll(List.of(Service.values()));
    Collections.shuffle(twice, random);
    return twice;
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
