package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a step of a dimension with history costs: a batch of changed members, five versions each
 * before it. Not a test of the suite: it is run by name, on a quiet machine, and writes {@code
 * target/step-*.txt}. See {@code docs/BENCHMARKS.md}.
 */
class StepBenchmark {
  private static final int BATCH = 1_000;
  private static final int ROUNDS = 6;
  private static final int VERSIONS = 5;
  private static final double BAR = 0.2;
  private static final DuckDb.Limits LIMITS = new DuckDb.Limits("6GB", 2, "20GB");

  private final StringBuilder figures = new StringBuilder();

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void connect() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), LIMITS);
    duck = duckDb.connect();
    Sql.run(duck, "CREATE SCHEMA dim");
  }

  @AfterEach
  void print(TestInfo test) throws Exception {
    duck.close();
    duckDb.close();
    String name = test.getTestMethod().orElseThrow().getName();
    Files.writeString(Path.of("target/step-" + name + ".txt"), figures);
  }

  /** From 0.1 M to 10 M versions, {@code -Dbenchmark.rows}. Of bytes: the lake's files alone. */
  @Test
  void bytes() throws Exception {
    long most = Long.getLong("benchmark.rows", 10_000_000);
    List<Double> written = new ArrayList<>();
    List<Double> read = new ArrayList<>();
    say(
        String.format(
            Locale.ROOT,
            "%10s %14s %14s %10s",
            "versions",
            "written B/row",
            "read B/row",
            "ms/step"));
    for (long versions = 100_000; versions <= most; versions *= 10) {
      Path root = folder.resolve("lake" + versions);
      List<Double> writtenHere = new ArrayList<>();
      List<Double> readHere = new ArrayList<>();
      List<Double> millis = new ArrayList<>();
      try (StepTable table = StepTable.create(duck, folder, root, versions / VERSIONS, VERSIONS)) {
        for (int round = 0; round < ROUNDS; round++) {
          table.prepare(BATCH, round);
          long before = bytesIn(root);
          long readBefore = bytesRead();
          long begun = System.nanoTime();
          long changed = table.step();
          millis.add((System.nanoTime() - begun) / 1e6);
          readHere.add((double) (bytesRead() - readBefore) / changed);
          writtenHere.add((double) (bytesIn(root) - before) / changed);
        }
      }
      written.add(median(writtenHere));
      read.add(median(readHere));
      say(
          String.format(
              Locale.ROOT,
              "%10d %14.1f %14.1f %10.1f",
              versions,
              written.getLast(),
              read.getLast(),
              median(millis)));
    }
    say(
        String.format(
            Locale.ROOT,
            "most over least: written %.2f, read %.2f (bar 2)",
            spread(written),
            spread(read)));
    assertThat(spread(written)).isLessThan(2);
  }

  /** {@code -Dbenchmark.spark=CLASSPATH} of {@code benchmarks/spark}. */
  @Test
  void besideSpark() throws Exception {
    long members = Long.getLong("benchmark.rows", 5_000_000) / VERSIONS;
    Path origin = folder.resolve("origin");
    Path changes = folder.resolve("changes.parquet");
    try (StepTable table = StepTable.create(duck, folder, origin, members, VERSIONS)) {
      table.prepare(BATCH, 1);
      table.writeStates(changes);
    }
    List<Double> ours = new ArrayList<>();
    List<Path> rivals = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      rivals.add(copy(origin, folder.resolve("spark" + round)));
      try (StepTable table =
          StepTable.open(duck, folder, copy(origin, folder.resolve("ours" + round)))) {
        table.prepare(BATCH, 1);
        long begun = System.nanoTime();
        assertThat(table.step()).isEqualTo(3L * BATCH);
        ours.add((System.nanoTime() - begun) / 1e6);
      }
    }
    List<Double> theirs = spark(changes, rivals);
    long differing =
        StepTable.differing(duck, folder.resolve("ours0"), folder.resolve("spark" + (ROUNDS - 1)));
    assertThat(differing).as("rows that Spark's MERGE leaves otherwise").isZero();
    double us = median(ours.subList(1, ROUNDS));
    double them = median(theirs.subList(1, ROUNDS));
    say(
        String.format(
            Locale.ROOT,
            "%d of %d members, %d versions each: Millrace %.0f ms, Spark's MERGE %.0f ms, ratio"
                + " %.3f (bar %.1f), rows equal",
            BATCH,
            members,
            VERSIONS,
            us,
            them,
            us / them,
            BAR));
  }

  private List<Double> spark(Path changes, List<Path> roots)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("../system-tests/spark/jvm.options"),
                "-Xmx3g",
                "-cp",
                System.getProperty("benchmark.spark", ""),
                "io.millrace.benchmarks.spark.SparkRival",
                changes.toString(),
                "history"));
    roots.forEach(root -> command.add(root.resolve("dim/c").toString()));
    Path log = folder.resolve("spark.log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    List<Double> millis = new ArrayList<>();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines
          .lines()
          .filter(l -> l.contains("\"millis\":"))
          .forEach(l -> millis.add(Double.parseDouble(l.replaceAll(".*\"millis\":(\\d+)}", "$1"))));
    }
    assertThat(process.waitFor()).as(() -> text(log)).isZero();
    return millis;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** A copy by links: neither side writes into a file that is there. */
  private static Path copy(Path origin, Path target) throws IOException {
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

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }

  /** What the process has asked of files so far; the mirror is in memory. Linux only. */
  private static long bytesRead() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/io")).stream()
        .filter(line -> line.startsWith("rchar:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static double spread(List<Double> values) {
    return values.stream().max(Comparator.naturalOrder()).orElseThrow()
        / values.stream().min(Comparator.naturalOrder()).orElseThrow();
  }

  private void say(String figure) {
    figures.append(figure).append('\n');
  }
}
