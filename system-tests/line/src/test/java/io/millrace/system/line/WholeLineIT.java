package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopLoader;
import io.millrace.local.shop.ShopWorkload;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.StagingTable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example warehouse under workload, with every service killed twice at seeded moments. Then the
 * workload stops, the line drains, and everything must be as if nothing had happened.
 */
class WholeLineIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final long seed = Long.getLong("millrace.seed", Clock.systemUTC().millis());

  @Test
  void losesAndDoublesNothingWhenEveryServiceIsKilledTwice(@TempDir Path folder) throws Exception {
    Random random = new Random(seed);
    try (Line line = new Line(folder)) {
      ShopLoader.load(line.stack.postgres(), ShopLoader.SMALL, Progress.silent());
      line.startAll();
      ShopWorkload.Settings settings =
          new ShopWorkload.Settings(20, 3, seed, ShopWorkload.Settings.ENDLESS);
      try (ShopWorkload workload =
          ShopWorkload.start(line.stack.postgres(), settings, Progress.silent())) {
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
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
      assertEverythingIsTrue(line);
      for (Service service : Service.values()) {
        assertThat(line.stop(service)).as("time to stop").isLessThan(Duration.ofSeconds(30));
      }
    }
  }

  private void assertEverythingIsTrue(Line line) throws Exception {
    try (Truth truth = new Truth(line)) {
      for (StagingTable table : truth.warehouse().stagingTables()) {
        if (table.source().equals("shop")) {
          assertThat(truth.stagingDifference(table))
              .as("rows of %s that are not the source's, seed %d", table.name(), seed)
              .isZero();
        }
      }
      for (Dimension dimension : truth.warehouse().dimensions()) {
        assertThat(truth.dimensionFaults(dimension))
            .as("%s, seed %d", dimension.name(), seed)
            .isEmpty();
      }
      for (DynamicTable table : truth.warehouse().dynamicTables()) {
        if (!table.usesNow()) {
          assertThat(truth.martDifference(table, truth.cutOf(table.name())))
              .as("rows of %s that its query does not give, seed %d", table.name(), seed)
              .isZero();
        }
      }
    }
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
