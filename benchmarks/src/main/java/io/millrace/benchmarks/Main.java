package io.millrace.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** Runs one measurement in a folder of its own, which is deleted after it. */
@Speaks
public final class Main {
  private static final String USAGE =
      "one of: rows [MAX_ROWS] | steps [ROWS] | tables [ROWS] | commits [VERSIONS] | writers [s3]"
          + " | mirror [ROWS] | lineitem ROWS SPARK_CLASSPATH";

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = System.out;
    if (arguments.length == 0) {
      out.println(USAGE);
      return;
    }
    if (arguments[0].equals("writer")) {
      URI endpoint = arguments[3].isEmpty() ? null : URI.create(arguments[3]);
      new ManyWriters(Path.of(arguments[1]), arguments[2], endpoint, out).write();
      return;
    }
    Path folder = Files.createTempDirectory("millrace-benchmark");
    try {
      run(arguments, folder, out);
      out.printf(
          Locale.ROOT,
          "peak RSS %d MB, -Xmx %d MB%n",
          Meter.peakRssMegabytes(),
          Meter.heapMegabytes());
    } finally {
      delete(folder);
    }
  }

  private static void run(String[] arguments, Path folder, PrintStream out) throws Exception {
    switch (arguments[0]) {
      case "rows" -> new CostOfARow(folder, out).run(number(arguments, 10_000_000));
      case "steps" -> new SmallSteps(folder, out).run(number(arguments, 1_000_000));
      case "tables" -> new ManyTables(folder, out).run(number(arguments, 1_000_000));
      case "commits" -> new SmallCommits(folder, out).run(number(arguments, 1_000));
      case "writers" -> writers(arguments.length > 1, folder, out);
      case "mirror" -> new LargeMirror(folder, out).run(number(arguments, 10_000_000));
      case "lineitem" ->
          new BesideSpark(folder, out, arguments[2]).run(Long.parseLong(arguments[1]));
      default -> out.println(USAGE);
    }
  }

  private static void writers(boolean inStore, Path folder, PrintStream out) throws Exception {
    if (!inStore) {
      new ManyWriters(folder, folder.resolve("lake").toString(), null, out).run();
      return;
    }
    System.setProperty("aws.accessKeyId", "benchmark");
    System.setProperty("aws.secretAccessKey", "benchmark");
    try (ObjectServer server = ObjectServer.start(folder)) {
      String place = "s3://" + ObjectServer.BUCKET + "/lake";
      new ManyWriters(folder, place, server.endpoint(), out).run();
    }
  }

  private static long number(String[] arguments, long otherwise) {
    return arguments.length > 1 ? Long.parseLong(arguments[1]) : otherwise;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
