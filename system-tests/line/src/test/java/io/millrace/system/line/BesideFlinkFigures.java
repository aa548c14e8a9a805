package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.Service;
import io.millrace.local.PostgresAddress;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four queries of TPC-H over the same raw topics, kept by Millrace and by Flink SQL, one after the
 * other: from filled topics to their last change, then batches of changes while all runs. What both
 * show must be what the source's database gives. Not a test of the suite: it is run by name, on a
 * quiet machine. See {@code docs/BENCHMARKS.md}.
 */
class BesideFlinkFigures {
  private static final System.Logger LOG = System.getLogger("millrace.figures");
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** A round ends when a later cut is there: so long are heartbeats left to come. */
  private static final Duration HEARTBEATS = Duration.ofSeconds(2);

  private static final double SCALE =
      Double.parseDouble(System.getProperty("millrace.scale", "0.1"));
  private static final int TRANSACTIONS = Integer.getInteger("millrace.transactions", 100);
  private static final int BATCHES = Integer.getInteger("millrace.batches", 3);
  private static final int SECONDS = Integer.getInteger("millrace.seconds", 20);
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final List<String> JVM = words("millrace.jvm", "-Xmx512m");
  private static final Path FLINK_JAVA =
      Path.of(
          System.getProperty("millrace.flink.java", System.getProperty("java.home")),
          "bin",
          "java");
  private static final List<String> FLINK_JVM = words("millrace.flink.jvm", "-Xmx2g");
  private static final List<String> FLINK_SETTINGS =
      words(
          "millrace.flink.settings",
          "parallelism.default=2 pipeline.object-reuse=true"
              + " table.exec.mini-batch.enabled=true table.exec.mini-batch.size=20000"
              + " table.exec.mini-batch.allow-latency=500ms"
              + " table.optimizer.agg-phase-strategy=TWO_PHASE"
              + " taskmanager.memory.network.min=256m taskmanager.memory.network.max=256m"
              + " heartbeat.timeout=10min");

  /** State on the heap that ends with the process, results at least once: what is fastest. */
  private static final Way BARE = new Way("Flink without checkpoints", "bare", List.of());

  /** Results exactly once, and state that outlives the process. */
  private static final Way EXACT =
      new Way(
          "Flink with checkpoints",
          "exact",
          words(
              "millrace.flink.exact",
              "execution.checkpointing.interval=1s state.backend.type=rocksdb"
                  + " execution.checkpointing.incremental=true"
                  + " taskmanager.memory.managed.size=512m"));

  private int transactions;

  /** How each of the two is started. */
  private interface Start {
    Keeper start() throws IOException;
  }

  /**
   * How Flink keeps the queries.
   *
   * @param id begins the names of its topics and its log
   * @param settings beside those of every way
   */
  private record Way(String name, String id, List<String> settings) {}

  @Test
  void sideBySide(@TempDir Path folder) throws Exception {
    try (Line line = new Line(folder, FourQueries.HOME.resolve("warehouse"), JVM)) {
      ShopLoader.load(line.stack.postgres(), SCALE, Progress.silent());
      try (Connection shop = shop(line.stack.postgres())) {
        run(shop, Files.readString(FourQueries.HOME.resolve("prepare.sql")));
        line.start(Service.INGEST);
        awaitIngested(line, Instant.EPOCH);
        // Staging and marts are stopped and continued, and are not to lose their shards by that.
        line.set("MP_MESSAGING_INCOMING_PLACEMENT_SESSION_TIMEOUT_MS", "600000");
        write(line, shop, TRANSACTIONS);
        say(String.format(Locale.ROOT, "%,d changes in the raw topics", changes(line)));
        play(BARE.name(), line, shop, () -> flink(line, BARE, 1), 0);
        play(EXACT.name(), line, shop, () -> flink(line, EXACT, 1), 0);
        play("Millrace", line, shop, () -> new MillraceKeeper(line, LIMIT), BATCHES);
        play(EXACT.name(), line, shop, () -> flink(line, EXACT, 2), BATCHES);
        play(BARE.name(), line, shop, () -> flink(line, BARE, 2), BATCHES);
      }
    }
  }

  /** From the start to the last change, then batches, of which the first is not counted. */
  private void play(String who, Line line, Connection shop, Start start, int batches)
      throws Exception {
    Expected all = Expected.of(line, shop);
    long changes = changes(line);
    Meter meter = Meter.start(List.of());
    try (Keeper keeper = start.start()) {
      keeper.awaitShown(all.cut(), all.rows(), LIMIT);
      Cost cost = meter.stop(keeper.processes(), changes);
      requireRows(who, keeper, all);
      say(who + ", from filled topics, its start included: " + cost);
      List<Cost> costs = new ArrayList<>();
      for (int batch = 0; batches > 0 && batch <= batches; batch++) {
        costs.add(batch(who, line, shop, keeper));
      }
      if (batches > 0) {
        stream(who, line, shop, keeper);
      }
      costs.stream()
          .skip(1)
          .sorted(Comparator.comparingDouble(Cost::changesPerSecond))
          .skip(batches / 2)
          .findFirst()
          .ifPresent(median -> say(who + ", batches, the median: " + median));
    }
  }

  /** Changes that come into the topics while the keeper is stopped, from when it goes on. */
  private Cost batch(String who, Line line, Connection shop, Keeper keeper) throws Exception {
    long before = changes(line);
    signal(keeper, "STOP");
    write(line, shop, TRANSACTIONS);
    Expected expected = Expected.of(line, shop);
    long changes = changes(line) - before;
    Meter meter = Meter.start(keeper.processes());
    signal(keeper, "CONT");
    keeper.awaitShown(expected.cut(), expected.rows(), LIMIT);
    Cost cost = meter.stop(keeper.processes(), changes);
    requireRows(who, keeper, expected);
    say(who + ", a batch: " + cost);
    return cost;
  }

  /** Changes that come evenly, about a thousand a second, to a keeper that has caught up. */
  private void stream(String who, Line line, Connection shop, Keeper keeper) throws Exception {
    long before = changes(line);
    Meter meter = Meter.start(keeper.processes());
    long begunNanos = System.nanoTime();
    for (int second = 0; second < SECONDS; second++) {
      transact(shop);
      LockSupport.parkNanos(begunNanos + (second + 1) * SECOND_NANOS - System.nanoTime());
    }
    Cost cost = meter.stop(keeper.processes(), 0);
    awaitIngested(line, Clock.systemUTC().instant());
    Expected expected = Expected.of(line, shop);
    keeper.awaitShown(expected.cut(), expected.rows(), LIMIT);
    requireRows(who, keeper, expected);
    say(who + ", a steady stream: " + cost.of(changes(line) - before));
  }

  private static void requireRows(String who, Keeper keeper, Expected expected) throws Exception {
    for (String query : FourQueries.NAMES) {
      assertThat(keeper.rows(query))
          .as("%s of %s", query, who)
          .isNotEmpty()
          .isEqualTo(expected.rows().get(query));
    }
  }

  private static Keeper flink(Line line, Way way, int run) throws IOException {
    String id = way.id() + run;
    List<String> settings = new ArrayList<>(FLINK_SETTINGS);
    settings.addAll(way.settings());
    settings.add("execution.checkpointing.storage=filesystem");
    settings.add("execution.checkpointing.dir=" + line.folder.resolve("flink-" + id).toUri());
    return new FlinkKeeper(
        line, id, FLINK_JAVA, FLINK_JVM, settings, Path.of("target/flink-" + id + ".log"));
  }

  /** Writes transactions to the source and waits until the raw topics have them. */
  private void write(Line line, Connection shop, int count)
      throws IOException, InterruptedException, SQLException {
    for (int i = 0; i < count; i++) {
      transact(shop);
    }
    awaitIngested(line, Clock.systemUTC().instant().plus(HEARTBEATS));
  }

  private void transact(Connection shop) throws IOException, SQLException {
    double seed = (transactions++ % 1_000) / 1e3;
    run(
        shop,
        Files.readString(FourQueries.HOME.resolve("changes.sql"))
            .replace("${seed}", Double.toString(seed)));
  }

  /** Waits for a cut that holds everything that the source commits before. */
  private static void awaitIngested(Line line, Instant committed) throws InterruptedException {
    line.awaitStatus(
        Service.INGEST,
        LIMIT,
        "what is committed before " + committed,
        status -> {
          JsonNode source = status.path("sources").path(0);
          String at = source.path("committedAt").asText("");
          return source.path("cut").asLong(-1) >= 0
              && !at.isEmpty()
              && !Instant.parse(at).isBefore(committed);
        });
  }

  /** Row changes in the raw topics. */
  private static long changes(Line line) {
    try (Cuts cuts = new Cuts(line)) {
      return cuts.of("shop").stream()
          .flatMap(cut -> cut.ranges().values().stream())
          .flatMap(List::stream)
          .mapToLong(range -> range.getRecords() - (range.getOpens() ? 1 : 0))
          .sum();
    }
  }

  private static void signal(Keeper keeper, String signal)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
    keeper.processes().forEach(process -> command.add(Long.toString(process.pid())));
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
  }

  private static Connection shop(PostgresAddress postgres) throws SQLException {
    Connection shop =
        DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    shop.setAutoCommit(false);
    return shop;
  }

  private static void run(Connection shop, String statements) throws SQLException {
    try (Statement statement = shop.createStatement()) {
      statement.execute(statements);
    }
    shop.commit();
  }

  private static List<String> words(String property, String otherwise) {
    return List.of(System.getProperty(property, otherwise).split(" ", -1));
  }

  private static void say(String figures) {
    LOG.log(System.Logger.Level.INFO, figures);
  }

  /**
   * What is to be shown.
   *
   * @param cut the last cut with changes
   * @param rows of each query
   */
  private record Expected(long cut, Map<String, List<String>> rows) {
    static Expected of(Line line, Connection shop) throws IOException, SQLException {
      Map<String, List<String>> rows = new TreeMap<>();
      for (String query : FourQueries.NAMES) {
        rows.put(query, FourQueries.asked(shop, query));
      }
      shop.commit();
      try (Cuts cuts = new Cuts(line)) {
        FoldedCut last =
            cuts.of("shop").reversed().stream()
                .filter(cut -> !cut.ranges().isEmpty())
                .findFirst()
                .orElseThrow();
        return new Expected(last.number(), rows);
      }
    }
  }

  /**
   * What some changes took.
   *
   * @param cpuSeconds of the keeper's processes
   * @param peakMegabytes the sum of their largest resident sets since they were started
   * @param brokerCpuSeconds of the broker, for reading and writing
   */
  private record Cost(
      long changes,
      double seconds,
      double cpuSeconds,
      double peakMegabytes,
      double brokerCpuSeconds) {
    Cost of(long number) {
      return new Cost(number, seconds, cpuSeconds, peakMegabytes, brokerCpuSeconds);
    }

    double changesPerSecond() {
      return changes / seconds;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d changes in %.2f s, %,.0f/s; %.1f CPU-s, peak %,.0f MB; broker %.1f CPU-s",
          changes,
          seconds,
          changesPerSecond(),
          cpuSeconds,
          peakMegabytes,
          brokerCpuSeconds);
    }
  }

  /** Measures from its start on. */
  private record Meter(long begunNanos, double cpuSeconds, double brokerCpuSeconds) {
    static Meter start(List<ProcessHandle> running) throws IOException {
      return new Meter(System.nanoTime(), cpu(running), cpu(broker()));
    }

    Cost stop(List<ProcessHandle> running, long changes) throws IOException {
      double seconds = (System.nanoTime() - begunNanos) / 1e9;
      double peak = 0;
      for (ProcessHandle process : running) {
        peak += ProcessFigures.peakMegabytes(process);
      }
      return new Cost(
          changes, seconds, cpu(running) - cpuSeconds, peak, cpu(broker()) - brokerCpuSeconds);
    }

    private static double cpu(List<ProcessHandle> processes) throws IOException {
      double cpu = 0;
      for (ProcessHandle process : processes) {
        cpu += ProcessFigures.of(process).cpuSeconds();
      }
      return cpu;
    }

    /** The embedded stack's broker; nothing if it is in a container. */
    private static List<ProcessHandle> broker() {
      return ProcessHandle.current()
          .descendants()
          .filter(process -> process.info().commandLine().orElse("").contains("KafkaNode"))
          .toList();
    }
  }
}
