package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Spark compacts tables beside the services: see system-tests/spark/README.md. */
@OnSharedLine
@EnabledIfSystemProperty(named = "millrace.spark", matches = "true")
class SparkOptimizeIT {
  private static final Path SPARK = Path.of("../spark").toAbsolutePath().normalize();
  private static final int BURSTS = 5;
  private static final long BURST_SECONDS = 8;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Line line;

  SparkOptimizeIT(Line line) {
    this.line = line;
  }

  @Test
  void losesNothingWhileSparkOptimizesTablesEveryFewSeconds() throws Exception {
    Path said = line.folder.resolve("optimize.out");
    Process spark = optimize(said);
    try {
      for (int burst = 0; burst < BURSTS; burst++) {
        long before = commits(said);
        try (ShopWorkload _ =
            ShopWorkload.start(
                line.stack.postgres(), ShopWorkload.Settings.usual(4), Progress.silent())) {
          LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(BURST_SECONDS));
        }
        awaitCommit(said, before);
      }
      spark.outputWriter().close();
      assertThat(spark.waitFor(1, TimeUnit.MINUTES)).as("Spark ends with its input").isTrue();
    } finally {
      spark.destroyForcibly();
    }
    assertThat(spark.exitValue()).as("%s", Files.readAllLines(said)).isZero();
    Verdict.drainedAndRight(line);
  }

  /** While a table is written each second Spark loses the race: it wins when a burst is over. */
  private static void awaitCommit(Path said, long before) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (commits(said) <= before) {
      assertThat(System.nanoTime()).as("%s", Files.readAllLines(said)).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  private static long commits(Path said) throws IOException {
    try (Stream<String> answers = Files.lines(said)) {
      return answers.filter(a -> a.matches(".*\"removed\":[1-9].*")).count();
    }
  }

  private Process optimize(Path said) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@jvm.options",
            "-cp",
            "target/classes:target/lib/*",
            "io.millrace.judge.SparkOptimize",
            "3",
            line.lake.resolve("staging/orders").toString(),
            line.lake.resolve("dim/customer").toString())
        .directory(SPARK.toFile())
        .redirectOutput(said.toFile())
        .redirectError(line.folder.resolve("optimize.log").toFile())
        .start();
  }
}
