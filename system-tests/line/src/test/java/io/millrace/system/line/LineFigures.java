package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cli.verify.Finding;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.local.Progress;
import io.millrace.local.judge.Judge;
import io.millrace.local.shop.ShopLoader;
import io.millrace.local.shop.ShopWorkload;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Figures of the whole line, as processes with the options that {@code millrace up} gives them. Not
 * a test of the suite: it is run by name, on a quiet machine, and prints what it measured.
 *
 * <pre>mvn verify -pl system-tests/line -am -Dmillrace.skip-checks=true -Dtest=none \
 *   -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
 *   -Dit.test=LineFigures</pre>
 */
class LineFigures {
  private static final System.Logger LOG = System.getLogger("millrace.figures");
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final long SEED = 7;
  private static final List<String> JVM =
      List.of(System.getProperty("millrace.jvm", "-Xmx512m").split(" ", -1));
  private static final TableName FACT = TableName.parse("marts.order_lines");

  private final StringBuilder figures = new StringBuilder();

  @AfterEach
  void print(TestInfo test) {
    LOG.log(System.Logger.Level.INFO, "{0}\n{1}", test.getDisplayName(), figures);
  }

  @Test
  void snapshotAndStream(@TempDir Path folder) throws Exception {
    double scale = Double.parseDouble(System.getProperty("millrace.scale", "0.12"));
    try (Line line = new Line(folder, JVM)) {
      ShopLoader.load(line.stack.postgres(), scale, Progress.silent());
      long rows = rowsOfTheShop(line);
      long begun = System.nanoTime();
      line.start(Service.INGEST);
      awaitSnapshot(line);
      say("snapshot into raw topics, with the service's start", rows, begun);
      cpu(line, Service.INGEST, new ProcessFigures(0, 0));
      begun = System.nanoTime();
      line.start(Service.STAGING);
      line.awaitShown(List.of(Service.STAGING), Instant.EPOCH, LIMIT);
      say("staging from filled topics, with the service's start", rows, begun);
      cpu(line, Service.STAGING, new ProcessFigures(0, 0));
      stream(line, 400, 500);
      stream(line, 4_000, 50);
    }
  }

  private void stream(Line line, int transactions, int rowsEach) throws Exception {
    ProcessFigures ingest = ProcessFigures.of(line.process(Service.INGEST));
    ProcessFigures staging = ProcessFigures.of(line.process(Service.STAGING));
    long begun = System.nanoTime();
    long rows = update(line, transactions, rowsEach);
    say("  written to PostgreSQL", rows, begun);
    line.awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), LIMIT);
    say("streamed into staged Delta, transactions of " + rowsEach + " rows", rows, begun);
    cpu(line, Service.INGEST, ingest);
    cpu(line, Service.STAGING, staging);
  }

  @Test
  void lagAtAHundredTransactionsASecond(@TempDir Path folder) throws Exception {
    int seconds = Integer.getInteger("millrace.seconds", 120);
    try (Line line = new Line(folder, JVM)) {
      ShopLoader.load(line.stack.postgres(), ShopLoader.SMALL, Progress.silent());
      long begun = System.nanoTime();
      line.startAll();
      line.awaitShown(Instant.EPOCH, LIMIT);
      say("cold start of the four services to the first mart", 0, begun);
      pause(Duration.ofSeconds(20));
      Map<Service, ProcessFigures> idle = all(line);
      pause(Duration.ofSeconds(30));
      used("idle for 30 s", line, idle);
      ShopWorkload.Settings settings =
          new ShopWorkload.Settings(100, 4, SEED, ShopWorkload.Settings.ENDLESS);
      try (ShopWorkload workload =
          ShopWorkload.start(line.stack.postgres(), settings, Progress.silent())) {
        pause(Duration.ofSeconds(30));
        Instant from = Clock.systemUTC().instant();
        Map<Service, ProcessFigures> busy = all(line);
        pause(Duration.ofSeconds(seconds));
        used("100 transactions/s for " + seconds + " s", line, busy);
        Instant to = Clock.systemUTC().instant();
        figures
            .append("  late by more than 100 ms: ")
            .append(workload.counts().late())
            .append('\n');
        line.awaitShown(to, LIMIT);
        try (Truth truth = new Truth(line)) {
          figures.append(truth.commitToShown(FACT, "ordered_at", from, to)).append('\n');
        }
      }
      Instant quiet = Clock.systemUTC().instant();
      line.awaitShown(quiet, LIMIT);
      line.awaitSynced(quiet, LIMIT);
      Judge judge =
          new Judge(
              line.run(),
              line.stack.postgres(),
              line.github.organization(),
              line.folder.resolve("judge"));
      assertThat(judge.findings())
          .filteredOn(f -> f.outcome() != Finding.Outcome.RIGHT)
          .as("tables or versions that are not as they must be")
          .isEmpty();
    }
  }

  private static long rowsOfTheShop(Line line) throws SQLException {
    long rows = 0;
    try (Connection shop = shop(line);
        Statement statement = shop.createStatement()) {
      for (String table :
          List.of(
              "region",
              "nation",
              "customer",
              "supplier",
              "part",
              "partsupp",
              "orders",
              "lineitem")) {
        try (var result = statement.executeQuery("SELECT count(*) FROM " + table)) {
          assertThat(result.next()).isTrue();
          rows += result.getLong(1);
        }
      }
    }
    return rows;
  }

  /** Updates lines of orders, the same number in each transaction. */
  private static long update(Line line, int transactions, int rowsEach) throws SQLException {
    long rows = 0;
    try (Connection shop = shop(line);
        Statement statement = shop.createStatement()) {
      shop.setAutoCommit(false);
      for (int i = 0; i < transactions; i++) {
        rows +=
            statement.executeUpdate(
                String.format(
                    Locale.ROOT,
                    "UPDATE orders SET o_clerk = 'Clerk#%09d' WHERE o_orderkey BETWEEN %d AND %d",
                    i,
                    4L * i * rowsEach,
                    4L * (i + 1) * rowsEach - 1));
        shop.commit();
      }
    }
    return rows;
  }

  private static Connection shop(Line line) throws SQLException {
    var postgres = line.stack.postgres();
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  private static void awaitSnapshot(Line line) throws InterruptedException {
    while (!line.status(Service.INGEST).map(LineFigures::shopIsRead).orElse(false)) {
      pause(Duration.ofMillis(50));
    }
  }

  private static boolean shopIsRead(JsonNode status) {
    for (JsonNode source : status.path("sources")) {
      if (source.path("source").asText().equals("shop")) {
        return source.path("cut").asLong(-1) >= 0;
      }
    }
    return false;
  }

  private static Map<Service, ProcessFigures> all(Line line) throws IOException {
    Map<Service, ProcessFigures> all = new LinkedHashMap<>();
    for (Service service : Service.values()) {
      all.put(service, ProcessFigures.of(line.process(service)));
    }
    return all;
  }

  private void used(String what, Line line, Map<Service, ProcessFigures> before)
      throws IOException {
    figures.append("  ").append(what).append(":\n");
    for (Map.Entry<Service, ProcessFigures> service : before.entrySet()) {
      cpu(line, service.getKey(), service.getValue());
    }
  }

  private void cpu(Line line, Service service, ProcessFigures before) throws IOException {
    figures
        .append("    ")
        .append(service.id())
        .append(": ")
        .append(ProcessFigures.of(line.process(service)).since(before))
        .append('\n');
  }

  private void say(String what, long rows, long begunNanos) {
    double seconds = (System.nanoTime() - begunNanos) / 1e9;
    figures.append(
        String.format(
            Locale.ROOT,
            "  %s: %,d rows in %.1f s, %,.0f rows/s%n",
            what,
            rows,
            seconds,
            rows / seconds));
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(TimeUnit.NANOSECONDS.convert(time));
  }
}
