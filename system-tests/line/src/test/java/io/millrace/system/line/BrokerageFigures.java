package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A brokerage's warehouse: the historical load, then day by day, audited at every day; the same
 * days built at once and played out of order; DuckDB's plain rebuild beside. Not a test of the
 * suite: it is run by name, on a quiet machine. See {@code docs/BENCHMARKS.md}.
 */
class BrokerageFigures {
  private static final System.Logger LOG = System.getLogger("millrace.figures");
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final double SCALE = Double.parseDouble(System.getProperty("millrace.scale", "4"));
  private static final int DAYS = Integer.getInteger("millrace.days", 30);
  private static final long SEED = Long.getLong("millrace.seed", 7);
  private static final double BAR = 0.1;
  private static final List<String> JVM =
      List.of(System.getProperty("millrace.jvm", "-Xmx512m").split(" ", -1));

  private final List<Double> days = new ArrayList<>();

  @Test
  void followsDaysAtAFractionOfARebuild(@TempDir Path folder) throws Exception {
    Path inOrder = folder.resolve("in-order/lake");
    Path spill = folder.resolve("spill");
    playInOrder(folder.resolve("in-order"), folder.resolve("source"));
    requireWhatPlainSqlGives(inOrder, folder.resolve("source"), spill);
    double rebuild = buildAtOnce(folder.resolve("at-once"));
    requireSame(inOrder, folder.resolve("at-once/lake"), spill, true);
    List<Double> sorted = days.stream().sorted().toList();
    say(
        String.format(
            Locale.ROOT,
            "a day: median %.2f, most %.2f CPU-s; full rebuild %.1f CPU-s; ratio %.3f, at most %.3f"
                + " (bar %.1f)",
            sorted.get(sorted.size() / 2),
            sorted.getLast(),
            rebuild,
            sorted.get(sorted.size() / 2) / rebuild,
            sorted.getLast() / rebuild,
            BAR));
    playShuffled(folder.resolve("shuffled"));
    requireSame(inOrder, folder.resolve("shuffled/lake"), spill, false);
  }

  private static void requireWhatPlainSqlGives(Path lake, Path source, Path spill)
      throws IOException, SQLException {
    List<String> compared = new ArrayList<>();
    try (BrokerageRebuild plain = new BrokerageRebuild(source, spill)) {
      long differing = plain.differences(lake, compared);
      say("beside DuckDB: " + String.join("; ", compared));
      say(String.format(Locale.ROOT, "DuckDB's plain rebuild: %.1f CPU-s", plain.cpuSeconds()));
      assertThat(differing).as("rows that DuckDB computes otherwise").isZero();
    }
  }

  private void playInOrder(Path folder, Path source)
      throws IOException, InterruptedException, SQLException {
    try (Brokerage brokerage = Brokerage.create(folder, SCALE, SEED, JVM)) {
      brokerage.write(0);
      say(
          String.format(
              Locale.ROOT, "scale %.2f: %,d rows at the source", SCALE, brokerage.rows()));
      brokerage.line().startAll();
      brokerage.awaitShown(LIMIT);
      say("historical load: " + brokerage.used());
      List<String> predicates = audit(brokerage, 1).predicates();
      for (int day = 1; day <= DAYS; day++) {
        long rows = brokerage.rows();
        Brokerage.Used before = brokerage.used();
        long begun = System.nanoTime();
        brokerage.write(day);
        brokerage.awaitShown(LIMIT);
        Brokerage.Used used = brokerage.used().since(before);
        days.add(used.cpuSeconds());
        double seconds = (System.nanoTime() - begun) / 1e9;
        BrokerageAudit audit = audit(brokerage, day + 1);
        assertThat(audit.predicates()).isEqualTo(predicates);
        say(
            String.format(
                Locale.ROOT,
                "day %2d: %,d rows, %s, shown after %.1f s; %d predicates hold at cut %d",
                day,
                brokerage.rows() - rows,
                used,
                seconds,
                predicates.size(),
                audit.cut()));
      }
      brokerage.export(source);
    }
  }

  private static BrokerageAudit audit(Brokerage brokerage, int batches) throws IOException {
    BrokerageAudit audit = BrokerageAudit.of(brokerage.line().lake, batches, LIMIT);
    assertThat(audit.violated()).as("audit at cut %d", audit.cut()).isEmpty();
    return audit;
  }

  /** All days are in the source before the services start: one snapshot, one cut. */
  private double buildAtOnce(Path folder) throws IOException, InterruptedException, SQLException {
    try (Brokerage brokerage = Brokerage.create(folder, SCALE, SEED, JVM)) {
      for (int day = 0; day <= DAYS; day++) {
        brokerage.write(day);
      }
      long begun = System.nanoTime();
      brokerage.line().startAll();
      brokerage.awaitShown(LIMIT);
      Brokerage.Used used = brokerage.used();
      say(
          String.format(
              Locale.ROOT, "full rebuild: %s in %.0f s", used, (System.nanoTime() - begun) / 1e9));
      return used.cpuSeconds();
    }
  }

  private void playShuffled(Path folder) throws IOException, InterruptedException, SQLException {
    List<Integer> order = new ArrayList<>(IntStream.rangeClosed(1, DAYS).boxed().toList());
    Collections.shuffle(order, new Random(SEED));
    try (Brokerage brokerage = Brokerage.create(folder, SCALE, SEED, JVM)) {
      brokerage.write(0);
      brokerage.line().startAll();
      brokerage.awaitShown(LIMIT);
      for (int i = 0; i < order.size(); i++) {
        brokerage.write(order.get(i));
        if (i % 3 == 0) {
          brokerage.awaitShown(LIMIT);
        }
      }
      brokerage.awaitShown(LIMIT);
      var _ = audit(brokerage, DAYS + 1);
    }
    say(String.format(Locale.ROOT, "days in the order %s", order));
  }

  /**
   * Row by row, surrogate keys too.
   *
   * @param atOnce whether the other saw the source as it is in the end, in which brokers, which are
   *     updated in place, are valid since their last update
   */
  private void requireSame(Path one, Path other, Path spill, boolean atOnce) throws SQLException {
    try (TwoLakes lakes = new TwoLakes(one, other, spill)) {
      List<TableName> tables =
          lakes.tables().stream()
              .filter(name -> !(atOnce && name.toString().equals("dim.broker")))
              .toList();
      assertThat(tables.stream().map(name -> lakes.difference(name, Long.MAX_VALUE)))
          .as("differences between %s and %s", one, other)
          .allMatch(String::isEmpty);
      say(String.format(Locale.ROOT, "%d tables are those of %s", tables.size(), other));
    }
  }

  private static void say(String figure) {
    LOG.log(System.Logger.Level.INFO, figure);
  }
}
