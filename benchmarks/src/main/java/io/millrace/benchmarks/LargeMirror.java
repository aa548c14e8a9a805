package io.millrace.benchmarks;

import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Locale;

/** A mirror of many keys in 1 GB: loading it, taking it up after a restart, a step on it. */
record LargeMirror(Path folder, PrintStream out) {
  private static final DuckDb.Limits LIMITS = new DuckDb.Limits("1GB", 2, "20GB");

  void run(long rows) throws Exception {
    Path state = folder.resolve("state");
    try (Lake lake = new Lake(folder.resolve("lake"))) {
      try (DuckDb duckDb = DuckDb.inDirectory(state, LIMITS);
          Connection duck = duckDb.connect()) {
        Meter meter = new Meter();
        Orders orders = Orders.create(lake, duck, rows);
        say("created and loaded", rows, meter);
        step(orders, 1);
      }
      out.printf(
          Locale.ROOT,
          "local state %d MB, memory_limit %s%n",
          Meter.bytesIn(state) >> 20,
          LIMITS.memory());
      Meter meter = new Meter();
      try (DuckDb duckDb = DuckDb.inDirectory(state, LIMITS);
          Connection duck = duckDb.connect()) {
        DeltaTable table = lake.open(Orders.NAME);
        var _ = Mirror.load(duck, table, "mirror");
        say("taken up after a restart", rows, meter);
      }
      meter = new Meter();
      try (DuckDb duckDb = DuckDb.inDirectory(folder.resolve("other"), LIMITS);
          Connection duck = duckDb.connect()) {
        DeltaTable table = lake.open(Orders.NAME);
        var _ = Mirror.load(duck, table, "mirror");
        say("loaded from the lake", rows, meter);
      }
    }
  }

  private void step(Orders orders, int cut) {
    orders.prepare(10_000, cut);
    Meter meter = new Meter();
    var _ = orders.step(cut);
    say("step of 10000 changes", 10_000, meter);
  }

  private void say(String what, long rows, Meter meter) {
    out.printf(
        Locale.ROOT,
        "%s: %d rows, wall %s ms, CPU %s ms, RSS peak so far %d MB%n",
        what,
        rows,
        Orders.millis(meter.wallMillis()),
        Orders.millis(meter.cpuMillis()),
        Meter.peakRssMegabytes());
  }
}
