package io.millrace.benchmarks;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Appends of 100 rows: by one writer that has the table to itself, then by six in two processes
 * that all want the next version. Whoever is too late opens the table again and tries again.
 *
 * @param place where the lake is
 * @param endpoint of the store that it is in; null on disk
 */
record ManyWriters(Path folder, String place, @Nullable URI endpoint, PrintStream out) {
  private static final TableName NAME = TableName.parse("marts.shared");
  private static final int PROCESSES = 2;
  private static final int THREADS = 3;
  private static final int COMMITS = 30;
  private static final int ALONE = 120;
  private static final int WARM_UP = 20;
  private static final String ROWS =
      "SELECT i AS id, i AS customer, 's' AS status, 'c' AS comment, 1 AS amount, 0 AS discount,"
          + " NULL AS ordered_at, 1 AS lines FROM range(100) t(i)";

  private Lake open(Path image) {
    return new LakeLocation(place, image, LakeLocation.USUAL_IMAGE_BYTES, endpoint).open();
  }

  void run() throws Exception {
    try (Lake lake = open(folder.resolve("image"));
        DuckDb duckDb = duckDb(folder.resolve("spill"));
        Connection duck = duckDb.connect()) {
      DeltaTable table =
          lake.create(
              NAME,
              TableSpec.of(new RowSchema(Orders.SCHEMA.columns(), List.of())),
              Watermark.at(0, "benchmark"));
      List<Double> alone = new ArrayList<>();
      for (int i = 1; i <= WARM_UP + ALONE; i++) {
        Meter meter = new Meter();
        var _ = table.append(duck, ROWS, Watermark.at(i, "benchmark"));
        if (i > WARM_UP) {
          alone.add(meter.wallMillis());
        }
      }
      print("one writer", alone);
      long before = table.version();
      Meter all = new Meter();
      List<Double> together = children();
      double seconds = all.wallMillis() / 1000;
      print("six writers in two processes, each acknowledged append with its retries", together);
      table = lake.open(NAME);
      out.printf(
          Locale.ROOT,
          "%d acknowledged, %d visible; %.1f appends a second in all, start of the processes"
              + " included%n",
          together.size(),
          table.version() - before,
          together.size() / seconds);
      if (table.version() - before != together.size() || table.rows() != table.version() * 100) {
        throw new IllegalStateException("appends were lost or doubled");
      }
    }
  }

  private void print(String who, List<Double> millis) {
    out.printf(
        Locale.ROOT,
        "append of 100 rows, %s: median %s p95 %s ms (%d)%n",
        who,
        Orders.millis(Meter.median(millis)),
        Orders.millis(Meter.ninetyFifth(millis)),
        millis.size());
  }

  /** Starts the processes and collects how long each of their appends took. */
  private List<Double> children() throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        processes.add(
            new ProcessBuilder(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "--enable-native-access=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "-Xmx512m",
                    "-Daws.accessKeyId=" + System.getProperty("aws.accessKeyId", "-"),
                    "-Daws.secretAccessKey=" + System.getProperty("aws.secretAccessKey", "-"),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "writer",
                    folder.resolve("process " + i).toString(),
                    place,
                    endpoint == null ? "" : endpoint.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
      }
      List<Double> millis = new ArrayList<>();
      for (Process process : processes) {
        try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
          lines.map(Double::parseDouble).forEach(millis::add);
        }
        if (process.waitFor() != 0) {
          throw new IllegalStateException("a writing process failed; see above");
        }
      }
      return millis;
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  /** One of the processes: prints the milliseconds of each append. */
  void write() throws Exception {
    try (Lake lake = open(folder.resolve("image"));
        DuckDb duckDb = duckDb(folder.resolve("spill"));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<List<Double>>> writers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        writers.add(() -> write(lake, duckDb));
      }
      for (Future<List<Double>> done : threads.invokeAll(writers)) {
        done.get().forEach(out::println);
      }
    }
  }

  private static List<Double> write(Lake lake, DuckDb duckDb) throws SQLException {
    List<Double> millis = new ArrayList<>();
    try (Connection duck = duckDb.connect()) {
      for (int i = 0; i < COMMITS; i++) {
        Meter meter = new Meter();
        while (!committed(lake, duck)) {
          // another writer was first
        }
        millis.add(meter.wallMillis());
      }
    }
    return millis;
  }

  private static boolean committed(Lake lake, Connection duck) {
    try {
      DeltaTable table = lake.open(NAME);
      Watermark next = Watermark.at(table.watermark().cut() + 1, "benchmark");
      return table.append(duck, ROWS, next) instanceof CommitResult.Committed;
    } catch (MillraceException e) {
      if (e.errorCode() == LakeError.LK_005_FENCED) {
        return false;
      }
      throw e;
    }
  }

  private static DuckDb duckDb(Path spill) {
    return DuckDb.inMemory(spill, new DuckDb.Limits("1GB", 1, "1GB"));
  }
}
