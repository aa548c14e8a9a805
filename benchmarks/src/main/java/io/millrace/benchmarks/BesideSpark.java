package io.millrace.benchmarks;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Changes of lineitem by Millrace and by Spark's MERGE, each on copies of the same files; results
 * are compared row for row before a time counts. Millrace's mirror is loaded before, as a service
 * has it; the time to load it is said too.
 */
final class BesideSpark {
  private static final int ROUNDS = 6;
  private static final int UPSERTS = 20;

  private final Path folder;
  private final PrintStream out;
  private final String sparkClasspath;
  private double mergeMillis;

  /**
   * A measurement.
   *
   * @param sparkClasspath classes and jars of {@code benchmarks/spark}
   */
  BesideSpark(Path folder, PrintStream out, String sparkClasspath) {
    this.folder = folder;
    this.out = out;
    this.sparkClasspath = sparkClasspath;
  }

  private record Kind(String name, int percent, double bar) {}

  void run(long rows) throws Exception {
    Path origin = folder.resolve("origin");
    try (DuckDb duckDb =
            DuckDb.inDirectory(folder.resolve("state"), new DuckDb.Limits("4GB", 2, "20GB"));
        Connection duck = duckDb.connect()) {
      try (Lake lake = new Lake(origin)) {
        var _ =
            lake.create(
                TableName.parse("dim.lineitem"),
                TableSpec.of(LineItems.SCHEMA),
                Watermark.at(0, "benchmark"),
                duck,
                LineItems.rows(0, rows, "'line'"));
      }
      out.printf(Locale.ROOT, "%d rows, %d MB%n", rows, Meter.bytesIn(origin) >> 20);
      for (Kind kind :
          List.of(
              new Kind("merge", 1, 0.2),
              new Kind("update", 5, 0.25),
              new Kind("delete", 1, 0.15))) {
        compare(duck, origin, rows, kind);
      }
      append(duck, rows);
      again(duck, origin);
      manyUpserts(duck, origin, rows);
    }
  }

  /** A plain append of the rows that the merge writes, to a table without a key. */
  private void append(Connection duck, long rows) throws Exception {
    List<Double> millis = new ArrayList<>();
    try (Lake lake = new Lake(folder.resolve("append"))) {
      DeltaTable table =
          lake.create(
              TableName.parse("dim.lineitem"),
              TableSpec.of(new RowSchema(LineItems.SCHEMA.columns(), List.of())),
              Watermark.at(0, "benchmark"),
              duck,
              LineItems.rows(0, rows / 10, "'line'"));
      for (int round = 0; round < ROUNDS; round++) {
        Meter meter = new Meter();
        var _ =
            table.append(
                duck,
                "FROM read_parquet(" + Sql.text(folder.resolve("merge.parquet").toString()) + ")",
                Watermark.at(round + 1, "benchmark"));
        if (round > 0) {
          millis.add(meter.wallMillis());
        }
      }
    }
    out.printf(
        Locale.ROOT,
        "append of the merge's rows: %s ms; the merge takes %.1f times that (bar 10)%n",
        Orders.millis(Meter.median(millis)),
        mergeMillis / Meter.median(millis));
  }

  /** The merge once more on a table that has it: nothing is to change. */
  private void again(Connection duck, Path origin) throws Exception {
    Path root = copy(origin, "again");
    Path changes = folder.resolve("merge.parquet");
    var _ = millrace(duck, root, changes, "merge");
    try (Lake lake = new Lake(root)) {
      DeltaTable table = lake.open(TableName.parse("dim.lineitem"));
      var _ = Mirror.load(duck, table, "mirror");
      Meter meter = new Meter();
      RowDiff.Changes found = changes(duck, table, changes, "merge");
      out.printf(
          Locale.ROOT,
          "the same merge again: %d rows changed, so no commit and 0 files, in %s ms%n",
          found.inserts() + found.updates() + found.deletes(),
          Orders.millis(meter.wallMillis()));
    }
  }

  private void manyUpserts(Connection duck, Path origin, long rows) throws Exception {
    Path root = copy(origin, "many");
    try (Lake lake = new Lake(root)) {
      DeltaTable table = lake.open(TableName.parse("dim.lineitem"));
      Mirror mirror = Mirror.load(duck, table, "mirror");
      double before = reading(duck, table);
      for (int round = 1; round <= UPSERTS; round++) {
        Sql.run(
            duck,
            "CREATE OR REPLACE TEMP TABLE batch AS "
                + LineItems.upsert(rows, "round " + round, round));
        RowDiff.Changes found = difference(duck, table, "batch");
        var _ = table.commit(duck, mirror, found.relation(), Watermark.at(round, "benchmark"));
      }
      CompactionGoal goal = CompactionGoal.amidWork();
      boolean due = table.compactionDue(goal);
      if (due) {
        var _ = lake.maintenance(table.name()).compact(duck, goal);
        table.refresh();
      }
      double after = reading(duck, table);
      out.printf(
          Locale.ROOT,
          "reading all columns: %s ms before, %s ms after %d upserts of 1 %%%s: ratio %.2f (bar"
              + " 1.5)%n",
          Orders.millis(before),
          Orders.millis(after),
          UPSERTS,
          due ? " and the compaction that was due" : "",
          after / before);
    }
  }

  private static double reading(Connection duck, DeltaTable table) {
    var _ = table.history().createView(duck, table.version(), "read_back");
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      Meter meter = new Meter();
      Sql.run(duck, "SELECT bit_xor(hash(r)) FROM read_back r");
      if (i > 0) {
        millis.add(meter.wallMillis());
      }
    }
    return Meter.median(millis);
  }

  private void compare(Connection duck, Path origin, long rows, Kind kind) throws Exception {
    Path changes = folder.resolve(kind.name() + ".parquet");
    Sql.run(
        duck,
        "COPY ("
            + LineItems.changes(kind.name(), rows, kind.percent())
            + ") TO "
            + Sql.text(changes.toString())
            + " (FORMAT parquet)");
    List<Double> ours = new ArrayList<>();
    List<Path> rivals = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      rivals.add(copy(origin, kind.name() + "-spark-" + round));
    }
    List<Double> theirs = spark(changes, kind.name(), rivals);
    Path mine = origin;
    for (int round = 0; round < ROUNDS; round++) {
      mine = copy(origin, kind.name() + "-millrace-" + round);
      double millis = millrace(duck, mine, changes, kind.name());
      if (round > 0) {
        ours.add(millis);
      }
    }
    requireSameRows(duck, mine, rivals.getLast());
    if (kind.name().equals("merge")) {
      mergeMillis = Meter.median(ours);
    }
    double us = Meter.median(ours);
    double them = Meter.median(theirs.subList(1, theirs.size()));
    out.printf(
        Locale.ROOT,
        "%s %d %%: Millrace %s ms, Spark %s ms, ratio %.3f (bar %.2f), rows equal%n",
        kind.name(),
        kind.percent(),
        Orders.millis(us),
        Orders.millis(them),
        us / them,
        kind.bar());
  }

  private double millrace(Connection duck, Path root, Path changes, String kind) {
    try (Lake lake = new Lake(root)) {
      DeltaTable table = lake.open(TableName.parse("dim.lineitem"));
      Meter loading = new Meter();
      Mirror mirror = Mirror.load(duck, table, "mirror");
      out.printf(Locale.ROOT, "  mirror loaded in %s ms%n", Orders.millis(loading.wallMillis()));
      Meter meter = new Meter();
      RowDiff.Changes found = changes(duck, table, changes, kind);
      var _ = table.commit(duck, mirror, found.relation(), Watermark.at(1, "benchmark"));
      return meter.wallMillis();
    }
  }

  private static RowDiff.Changes changes(
      Connection duck, DeltaTable table, Path changes, String kind) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE batch AS FROM read_parquet("
            + Sql.text(changes.toString())
            + ")");
    return difference(duck, table, kind.equals("delete") ? "(FROM batch WHERE false)" : "batch");
  }

  private static RowDiff.Changes difference(Connection duck, DeltaTable table, String wanted) {
    return RowDiff.of(table)
        .into(
            duck,
            "changes",
            "mirror",
            wanted,
            new RowDiff.Scope("batch", List.of("l_orderkey", "l_linenumber")));
  }

  private void requireSameRows(Connection duck, Path ours, Path theirs) {
    List<Path> roots = List.of(ours, theirs);
    for (int i = 0; i < 2; i++) {
      try (Lake lake = new Lake(roots.get(i))) {
        DeltaTable table = lake.open(TableName.parse("dim.lineitem"));
        var _ = table.history().createView(duck, table.version(), "side " + i);
      }
    }
    long differing =
        Sql.number(
            duck,
            "SELECT count(*) FROM (SELECT hash(s) AS h, count(*) AS n FROM \"side 0\" s GROUP BY 1)"
                + " a FULL JOIN (SELECT hash(s) AS h, count(*) AS n FROM \"side 1\" s GROUP BY 1) b"
                + " USING (h) WHERE a.n IS DISTINCT FROM b.n");
    if (differing != 0) {
      throw new IllegalStateException(differing + " rows of Millrace's and Spark's result differ");
    }
  }

  private List<Double> spark(Path changes, String kind, List<Path> tables)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx3g");
    Stream.of(
            "lang",
            "lang.invoke",
            "lang.reflect",
            "io",
            "net",
            "nio",
            "util",
            "util.concurrent",
            "util.concurrent.atomic")
        .map(p -> "--add-opens=java.base/java." + p + "=ALL-UNNAMED")
        .forEach(command::add);
    command.addAll(
        List.of(
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.cs=ALL-UNNAMED",
            "--add-opens=java.base/sun.security.action=ALL-UNNAMED",
            "--add-opens=java.base/sun.util.calendar=ALL-UNNAMED",
            "-cp",
            sparkClasspath,
            "io.millrace.benchmarks.spark.SparkRival",
            changes.toString(),
            kind));
    tables.forEach(t -> command.add(t.resolve("dim/lineitem").toString()));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("spark.log").toFile()).start();
    List<Double> millis = new ArrayList<>();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines
          .lines()
          .filter(l -> l.contains("\"millis\":"))
          .forEach(l -> millis.add(Double.parseDouble(l.replaceAll(".*\"millis\":(\\d+)}", "$1"))));
    }
    if (process.waitFor() != 0 || millis.size() != tables.size()) {
      throw new IllegalStateException(
          "Spark failed: " + Files.readString(folder.resolve("spark.log")));
    }
    return millis;
  }

  /** A copy by links: neither side writes into a file that is there, but for its log's hint. */
  private Path copy(Path origin, String name) throws IOException {
    Path target = folder.resolve(name);
    try (Stream<Path> files = Files.walk(origin)) {
      for (Path file : files.toList()) {
        Path to = target.resolve(origin.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.createLink(to, file);
        }
      }
    }
    return target;
  }
}
