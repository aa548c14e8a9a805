package io.millrace.benchmarks;

import io.millrace.lake.Compacted;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Steps of 100 random changes, the table compacted when due, and how it reads before, and after the
 * last compaction.
 */
record SmallSteps(Path folder, PrintStream out) {
  private static final int STEPS = 300;
  private static final int WARM_UP = 100;
  private static final CompactionGoal GOAL = CompactionGoal.amidWork();

  void run(long rows) throws Exception {
    Path root = folder.resolve("lake");
    List<Double> wall = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    List<Double> compaction = new ArrayList<>();
    try (Lake lake = new Lake(root);
        DuckDb duckDb =
            DuckDb.inDirectory(folder.resolve("state"), new DuckDb.Limits("2GB", 1, "10GB"));
        Connection duck = duckDb.connect()) {
      Orders orders = Orders.create(lake, duck, rows);
      double[] before = orders.read();
      double[] after = before;
      long log = Meter.bytesIn(orders.table().path().resolve("_delta_log"));
      for (int step = 0; step < STEPS; step++) {
        orders.prepare(100, step);
        Meter meter = new Meter();
        var _ = orders.step(step + 1);
        if (step >= WARM_UP) {
          wall.add(meter.wallMillis());
          cpu.add(meter.cpuMillis());
        }
        if (orders.table().compactionDue(GOAL)) {
          Meter packing = new Meter();
          Compacted done = lake.maintenance(Orders.NAME).compact(duck, GOAL);
          orders.table().refresh();
          orders.mirror().refresh(duck);
          compaction.add(packing.cpuMillis());
          after = orders.read();
          out.printf(
              Locale.ROOT, "compacted %d files to %d%n", done.filesBefore(), done.filesAfter());
        }
      }
      out.printf(
          Locale.ROOT,
          "step of 100 changes into %d rows: wall median %s p95 %s ms, CPU median %s p95 %s ms%n",
          rows,
          Orders.millis(Meter.median(wall)),
          Orders.millis(Meter.ninetyFifth(wall)),
          Orders.millis(Meter.median(cpu)),
          Orders.millis(Meter.ninetyFifth(cpu)));
      out.printf(
          Locale.ROOT,
          "compactions: %s ms CPU each%n",
          compaction.stream().map(Orders::millis).toList());
      out.printf(
          Locale.ROOT,
          "log: %d bytes a step%n",
          (Meter.bytesIn(orders.table().path().resolve("_delta_log")) - log) / STEPS);
      out.printf(
          Locale.ROOT,
          "reading one column: %s -> %s ms; all: %s -> %s ms%n",
          Orders.millis(before[0]),
          Orders.millis(after[0]),
          Orders.millis(before[1]),
          Orders.millis(after[1]));
    }
  }
}
