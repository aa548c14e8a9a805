package io.millrace.benchmarks;

import io.millrace.lake.CommitResult;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a changed row costs as the table grows: steps of 10,000 changes with random keys. The mirror
 * is in memory here, so that what the process reads of files is what it reads of the lake.
 */
record CostOfARow(Path folder, PrintStream out) {
  private static final int CHANGES = 10_000;
  private static final int ROUNDS = 6;
  private static final DuckDb.Limits LIMITS = new DuckDb.Limits("4GB", 2, "10GB");

  void run(long rowsMax) throws Exception {
    out.printf(
        Locale.ROOT,
        "%10s %14s %14s %14s %12s %12s %12s%n",
        "rows",
        "written B/row",
        "read B/row",
        "local state MB",
        "ms/step",
        "us/row",
        "CPU ms");
    for (long rows = 100_000; rows <= rowsMax; rows *= 10) {
      one(rows);
    }
    out.printf(Locale.ROOT, "mirror in memory, memory_limit %s%n", LIMITS.memory());
  }

  private void one(long rows) throws Exception {
    Path root = folder.resolve("lake" + rows);
    List<Double> written = new ArrayList<>();
    List<Double> read = new ArrayList<>();
    List<Double> wall = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    double localMegabytes;
    List<Double> perRow = new ArrayList<>();
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inMemory(folder.resolve("spill"), LIMITS);
        Connection duck = duckDb.connect()) {
      Orders orders = Orders.create(lake, duck, rows);
      for (int round = 0; round < ROUNDS; round++) {
        orders.prepare(CHANGES, round);
        long before = Meter.bytesIn(root);
        Meter meter = new Meter();
        CommitResult.Committed done = orders.step(round + 1);
        double changed = done.rowsInserted() + done.rowsDeleted();
        if (round > 0) {
          wall.add(meter.wallMillis());
          perRow.add(meter.wallMillis() * 1000 / changed);
          cpu.add(meter.cpuMillis());
          read.add(meter.bytesRead() / changed);
          written.add((Meter.bytesIn(root) - before) / changed);
        }
      }
      localMegabytes =
          Sql.number(
                  duck,
                  "SELECT sum(memory_usage_bytes + temporary_storage_bytes) FROM duckdb_memory()")
              / 1048576.0;
    }
    out.printf(
        Locale.ROOT,
        "%10d %14.1f %14.1f %14.1f %12.1f %12.1f %12.1f%n",
        rows,
        Meter.median(written),
        Meter.median(read),
        localMegabytes,
        Meter.median(wall),
        Meter.median(perRow),
        Meter.median(cpu));
  }
}
