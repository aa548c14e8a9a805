package io.millrace.benchmarks;

import io.millrace.contracts.TableName;
import io.millrace.lake.Compacted;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Many tables in one process, each with one step of 100 random changes a second. */
record ManyTables(Path folder, PrintStream out) {
  private static final int TABLES = 20;
  private static final int WARM_UP = 10;
  private static final int SECONDS = 60;
  private static final int CORES = 2;
  private static final CompactionGoal GOAL = CompactionGoal.amidWork();
  private static final DuckDb.Limits LIMITS = new DuckDb.Limits("2GB", 1, "20GB");

  void run(long rows) throws Exception {
    Path root = folder.resolve("lake");
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inDirectory(folder.resolve("state"), LIMITS);
        Connection duck = duckDb.connect()) {
      List<Orders> tables = new ArrayList<>();
      for (int i = 0; i < TABLES; i++) {
        tables.add(Orders.create(lake, duck, rows, TableName.parse("dim.orders" + i)));
      }
      out.printf(Locale.ROOT, "%d tables of %d rows%n", TABLES, rows);
      Pace pace = new Pace(lake, duck, tables);
      pace.run(WARM_UP, 0);
      pace.forget();
      long log = logBytes(tables);
      Meter meter = new Meter();
      pace.run(SECONDS, WARM_UP);
      double seconds = meter.wallMillis() / 1000;
      out.printf(
          Locale.ROOT,
          "%d steps in %.1f s, %d late by a second or more; CPU of steps %.1f %% of %d cores,"
              + " with their input %.1f %%; CPU a step: median %s p95 %s ms%n",
          pace.cpu.size(),
          seconds,
          pace.late,
          percent(pace.cpu.stream().mapToDouble(Double::doubleValue).sum(), seconds),
          CORES,
          percent(meter.cpuMillis(), seconds),
          Orders.millis(Meter.median(pace.cpu)),
          Orders.millis(Meter.ninetyFifth(pace.cpu)));
      out.printf(
          Locale.ROOT,
          "log: %d bytes a step, %.1f MB a minute; local state %d MB, memory_limit %s%n",
          (logBytes(tables) - log) / pace.cpu.size(),
          (logBytes(tables) - log) / 1048576.0 / seconds * 60,
          Meter.bytesIn(folder.resolve("state")) >> 20,
          LIMITS.memory());
    }
  }

  private static double percent(double cpuMillis, double seconds) {
    return cpuMillis / (seconds * 1000 * CORES) * 100;
  }

  private static long logBytes(List<Orders> tables) throws IOException {
    long bytes = 0;
    for (Orders orders : tables) {
      bytes += Meter.bytesIn(orders.table().path().resolve("_delta_log"));
    }
    return bytes;
  }

  /** Steps all tables once a second, in one thread. */
  private static final class Pace {
    private final Lake lake;
    private final Connection duck;
    private final List<Orders> tables;
    private final List<Double> cpu = new ArrayList<>();
    private int late;

    Pace(Lake lake, Connection duck, List<Orders> tables) {
      this.lake = lake;
      this.duck = duck;
      this.tables = tables;
    }

    void forget() {
      cpu.clear();
      late = 0;
    }

    void run(int seconds, int firstRound) {
      long start = System.nanoTime();
      for (int second = 0; second < seconds; second++) {
        long due = start + TimeUnit.SECONDS.toNanos(second);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        for (int i = 0; i < tables.size(); i++) {
          if (System.nanoTime() - due > TimeUnit.SECONDS.toNanos(1)) {
            late++;
          }
          step(tables.get(i), firstRound + second, i);
        }
      }
    }

    private void step(Orders orders, int round, int table) {
      orders.prepare(100, 1000L * table + round);
      Meter meter = new Meter();
      var _ = orders.step(round + 1);
      if (orders.table().compactionDue(GOAL)) {
        Compacted _ = lake.maintenance(orders.table().name()).compact(duck, GOAL);
        orders.table().refresh();
        orders.mirror().refresh(duck);
      }
      cpu.add(meter.cpuMillis());
    }
  }
}
