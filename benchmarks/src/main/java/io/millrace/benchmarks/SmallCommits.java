package io.millrace.benchmarks;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Small appends, forced to disk, to a table with a long log. */
record SmallCommits(Path folder, PrintStream out) {
  private static final int LAST = 100;

  void run(long versions) throws Exception {
    List<Double> wall = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    try (Lake lake = new Lake(folder.resolve("lake"));
        DuckDb duckDb =
            DuckDb.inMemory(folder.resolve("spill"), new DuckDb.Limits("1GB", 1, "1GB"));
        Connection duck = duckDb.connect()) {
      DeltaTable table =
          lake.create(
              TableName.parse("marts.appended"),
              TableSpec.of(new RowSchema(Orders.SCHEMA.columns(), List.of())),
              Watermark.at(0, "benchmark"));
      for (int i = 1; i <= versions; i++) {
        Meter meter = new Meter();
        var _ =
            table.append(
                duck,
                "SELECT i AS id, i AS customer, 's' AS status, 'c' AS comment, 1 AS amount, 0 AS"
                    + " discount, NULL AS ordered_at, 1 AS lines FROM range(100) t(i)",
                Watermark.at(i, "benchmark"));
        if (i > versions - LAST) {
          wall.add(meter.wallMillis());
          cpu.add(meter.cpuMillis());
        }
      }
    }
    out.printf(
        Locale.ROOT,
        "append of 100 rows at version %d: wall median %s p95 %s ms, CPU median %s ms%n",
        versions,
        Orders.millis(Meter.median(wall)),
        Orders.millis(Meter.ninetyFifth(wall)),
        Orders.millis(Meter.median(cpu)));
  }
}
