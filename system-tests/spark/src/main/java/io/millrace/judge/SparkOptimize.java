package io.millrace.judge;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Runs OPTIMIZE on Delta tables in turn, again and again, until standard input ends.
 *
 * <pre>
 *   seconds path...   {"table":..., "added":1, "removed":12}   a line for each OPTIMIZE
 * </pre>
 *
 * <p>A commit that another writer was faster than is a line with {@code "conflict"}; whatever else
 * fails ends the process with exit code 1.
 */
public final class SparkOptimize {
  private SparkOptimize() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    long pause = Long.parseLong(arguments[0]);
    PrintStream answers = System.out;
    CountDownLatch ended = new CountDownLatch(1);
    Thread.ofPlatform().daemon().start(() -> awaitEndOfInput(ended));
    try (SparkSession spark = SparkJudge.session()) {
      do {
        for (int i = 1; i < arguments.length; i++) {
          answers.println(optimize(spark, arguments[i]));
        }
      } while (!ended.await(pause, TimeUnit.SECONDS));
    }
  }

  private static void awaitEndOfInput(CountDownLatch ended) {
    try {
      System.in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      ended.countDown();
    }
  }

  private static String optimize(SparkSession spark, String path) {
    try {
      Row metrics =
          spark
              .sql("OPTIMIZE delta.`" + path.replace("`", "``") + "`")
              .select("metrics.numFilesAdded", "metrics.numFilesRemoved")
              .head();
      return "{\"table\":%s,\"added\":%d,\"removed\":%d}"
          .formatted(SparkJudge.quoted(path), metrics.getLong(0), metrics.getLong(1));
    } catch (RuntimeException e) {
      if (e.getClass().getSimpleName().contains("Concurrent")) {
        return "{\"table\":%s,\"conflict\":%s}"
            .formatted(SparkJudge.quoted(path), SparkJudge.quoted(e.getClass().getSimpleName()));
      }
      throw e;
    }
  }
}
