package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Another writer compacts tables under the services' hands. */
@OnSharedLine
class RearrangedFilesIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long SECONDS = 15;
  private static final int SELDOM = 10;

  private final Line line;

  RearrangedFilesIT(Line line) {
    this.line = line;
  }

  /** Often enough that commits meet: then a step finds its domain unchanged and is made again. */
  @Test
  void losesNothingWhileAnotherWriterRearrangesFiles() throws Exception {
    int often = 0;
    int seldom = 0;
    try (Rearranger orders = rearranger("staging/orders");
        Rearranger dimension = rearranger("dim/customer");
        Rearranger mart = rearranger("marts/orders_fast");
        ShopWorkload _ =
            ShopWorkload.start(
                line.stack.postgres(), ShopWorkload.Settings.usual(3), Progress.silent())) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      for (int i = 1; System.nanoTime() < end; i++) {
        often += orders.rearrange() ? 1 : 0;
        if (i % SELDOM == 0) {
          seldom += dimension.rearrange() ? 1 : 0;
          seldom += mart.rearrange() ? 1 : 0;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(80));
      }
    }
    assertThat(often).isGreaterThan(20);
    assertThat(seldom).isGreaterThan(5);
    Verdict.drainedAndRight(line);
  }

  @Test
  void takesATableUpThatWasRearrangedWhileItsServiceWasAway() throws Exception {
    try (Shop shop = new Shop(line);
        Rearranger orders = rearranger("staging/orders")) {
      shop.moveAndOrderTwice("in a new file", 30_000_000);
      line.awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), LIMIT);
      line.kill(Service.STAGING);
      shop.moveAndOrderTwice("while away", 30_000_002);
      assertThat(orders.rearrange()).isTrue();
    }
    line.start(Service.STAGING);
    line.awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), LIMIT);
    Verdict.drainedAndRight(line);
  }

  /** None was ever vacuumed when the line began. */
  @Test
  void everyServiceVacuumsItsTablesWhenItIsIdle() throws Exception {
    line.awaitStatus(Service.STAGING, LIMIT, "a vacuum", _ -> vacuumed("staging/orders"));
    line.awaitStatus(Service.DIMENSION, LIMIT, "a vacuum", _ -> vacuumed("dim/customer"));
    line.awaitStatus(Service.MARTS, LIMIT, "a vacuum", _ -> vacuumed("marts/orders_fast"));
    line.awaitStatus(Service.MARTS, LIMIT, "a vacuum", _ -> vacuumed("marts/_refresh_history"));
  }

  private boolean vacuumed(String table) {
    return Files.exists(line.lake.resolve(table).resolve("_millrace/vacuumed"));
  }

  private Rearranger rearranger(String table) {
    return new Rearranger(line.lake.resolve(table), line.folder.resolve("spill-outside"));
  }
}
