package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.Service;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopLoader;
import io.millrace.warehouse.DynamicTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred dynamic tables, five deep, under a thousand changes a second: the share of samples
 * within the target lag, and memory over time. Not a test of the suite: it is run by name, on a
 * quiet machine, for ten minutes or {@code millrace.seconds}.
 *
 * <pre>mvn verify -pl system-tests/line -am -Dmillrace.skip-checks=true -Dtest=none \
 *   -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
 *   -Dit.test=HundredTablesFigures</pre>
 */
class HundredTablesFigures {
  private static final System.Logger LOG = System.getLogger("millrace.figures");
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int SECONDS = Integer.getInteger("millrace.seconds", 600);
  private static final int CHANGES = Integer.getInteger("millrace.changes", 1_000);
  private static final int BATCHES_A_SECOND = 10;
  private static final int TABLES = 100;
  private static final List<String> JVM =
      List.of(System.getProperty("millrace.jvm", "-Xmx512m").split(" ", -1));

  private final Map<String, List<Long>> lags = new TreeMap<>();

  @Test
  void everyTableKeepsItsTargetLag(@TempDir Path folder) throws Exception {
    Path warehouse = folder.resolve("warehouse");
    HundredTables.write(warehouse);
    try (Line line = new Line(folder, warehouse, JVM)) {
      ShopLoader.load(line.stack.postgres(), ShopLoader.SMALL, Progress.silent());
      long begun = System.nanoTime();
      line.startAll();
      line.awaitStatus(
          Service.MARTS, LIMIT, "a hundred tables", s -> s.path("tables").size() == TABLES);
      line.awaitShown(Instant.EPOCH, LIMIT);
      say(
          String.format(
              Locale.ROOT,
              "first rows in all tables after %.1f s",
              (System.nanoTime() - begun) / 1e9));
      try (Changes changes = new Changes(line)) {
        sample(line, Duration.ofSeconds(30), new TreeMap<>());
        sample(line, Duration.ofSeconds(SECONDS), lags);
        say(String.format(Locale.ROOT, "changes a second: %.0f", changes.rate()));
      }
      report();
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
      try (Truth truth = new Truth(line)) {
        for (DynamicTable table : truth.warehouse().dynamicTables()) {
          assertThat(truth.martDifference(table, truth.cutOf(table.name())))
              .as("rows of %s that its query does not give", table.name())
              .isZero();
        }
      }
    }
  }

  /** Once a second the lag of every table, ten times the memory and CPU of every service. */
  private static void sample(Line line, Duration time, Map<String, List<Long>> lags)
      throws Exception {
    long end = System.nanoTime() + time.toNanos();
    long nextFigures = System.nanoTime();
    while (System.nanoTime() < end) {
      Instant now = Clock.systemUTC().instant();
      for (JsonNode table : line.status(Service.MARTS).map(s -> s.path("tables")).orElseThrow()) {
        Instant at = Instant.parse(table.path("dataTime").asText());
        lags.computeIfAbsent(table.path("table").asText(), t -> new ArrayList<>())
            .add(Duration.between(at, now).toMillis());
      }
      if (System.nanoTime() >= nextFigures) {
        nextFigures = System.nanoTime() + time.toNanos() / 10;
        StringBuilder figures = new StringBuilder();
        for (Service service : Service.values()) {
          figures.append(service.id()).append(' ').append(ProcessFigures.of(line.process(service)));
          figures.append("; ");
        }
        say(figures.toString());
      }
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    }
  }

  private void report() {
    long within = 0;
    long all = 0;
    double least = 1;
    List<Long> sorted = new ArrayList<>();
    for (List<Long> table : lags.values()) {
      long good = table.stream().filter(lag -> lag <= 30_000).count();
      within += good;
      all += table.size();
      least = Math.min(least, (double) good / table.size());
      sorted.addAll(table);
    }
    sorted.sort(null);
    say(
        String.format(
            Locale.ROOT,
            "%d tables, %d samples: %.2f %% within 30 s, the worst table %.2f %%; lag p50 %.1f s,"
                + " p99 %.1f s, max %.1f s",
            lags.size(),
            all,
            100.0 * within / all,
            100 * least,
            sorted.get(sorted.size() / 2) / 1e3,
            sorted.get((int) (sorted.size() * 0.99)) / 1e3,
            sorted.getLast() / 1e3));
    assertThat(lags).hasSize(TABLES);
  }

  private static void say(String figures) {
    LOG.log(System.Logger.Level.INFO, figures);
  }

  /** Updates orders at a set rate, in transactions of equal size, until it is closed. */
  private static final class Changes implements AutoCloseable {
    private final Line line;
    private final Thread thread;
    private final long begun = System.nanoTime();
    private final AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
    private volatile boolean closed;
    private final LongAdder rows = new LongAdder();

    Changes(Line line) {
      this.line = line;
      this.thread = Thread.ofPlatform().name("changes").start(this::run);
    }

    double rate() {
      return rows.sum() / ((System.nanoTime() - begun) / 1e9);
    }

    private void run() {
      var postgres = line.stack.postgres();
      Random random = new Random(7);
      try (Connection shop =
              DriverManager.getConnection(
                  postgres.jdbcUrl(), postgres.user(), postgres.password());
          PreparedStatement update =
              shop.prepareStatement(
                  "UPDATE orders SET o_totalprice = o_totalprice + 1, updated_at = now() WHERE"
                      + " o_orderkey IN (SELECT o_orderkey FROM orders WHERE o_orderkey >= ? ORDER"
                      + " BY o_orderkey LIMIT ?)")) {
        for (long batch = 0; !closed; batch++) {
          long due = begun + batch * TimeUnit.SECONDS.toNanos(1) / BATCHES_A_SECOND;
          LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
          update.setLong(1, random.nextInt(50_000));
          update.setInt(2, CHANGES / BATCHES_A_SECOND);
          rows.add(update.executeUpdate());
        }
      } catch (SQLException e) {
        failure.set(e);
      }
    }

    @Override
    public void close() {
      closed = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      assertThat((Throwable) failure.get()).isNull();
    }
  }
}
