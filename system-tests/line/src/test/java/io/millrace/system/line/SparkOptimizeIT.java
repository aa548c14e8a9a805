package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Spark compacts tables beside the services: see system-tests/spark/README.md. */
@OnSharedLine
@EnabledIfSystemProperty(named = "millrace.spark", matches = "true")
class SparkOptimizeIT {
  private static final Path SPARK = Path.of("../spark").toAbsolutePath().normalize();
  private static final long SECONDS = Long.getLong("millrace.seconds", 90);

  private final Line line;

  SparkOptimizeIT(Line line) {
    this.line = line;
  }

  @Test
  void losesNothingWhileSparkOptimizesTablesEveryFewSeconds() throws Exception {
    Path said = line.folder.resolve("optimize.out");
    Process spark = optimize(said);
    try (ShopWorkload _ =
        ShopWorkload.start(
            line.stack.postgres(), ShopWorkload.Settings.usual(4), Progress.silent())) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS));
      spark.outputWriter().close();
      assertThat(spark.waitFor(1, TimeUnit.MINUTES)).as("Spark ends with its input").isTrue();
    } finally {
      spark.destroyForcibly();
    }
    List<String> answers = Files.readAllLines(said);
    assertThat(spark.exitValue()).as("%s", answers).isZero();
    assertThat(answers.stream().filter(a -> a.matches(".*\"removed\":[1-9].*")))
        .as("commits of Spark: %s", answers)
        .hasSizeGreaterThan(5);
    Verdict.drainedAndRight(line);
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
