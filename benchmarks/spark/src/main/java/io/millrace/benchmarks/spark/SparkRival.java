package io.millrace.benchmarks.spark;

import java.io.IOException;
import java.io.PrintStream;
import org.apache.spark.sql.SparkSession;

/**
 * Merges changes into Delta tables, one after the other, and says how long each took.
 *
 * <pre>
 *   CHANGES KIND TABLE...    CHANGES: a Parquet file or folder; KIND: merge, update, delete
 *   for each table           {"table":..., "kind":..., "millis":...}
 * </pre>
 *
 * <p>The key is {@code (l_orderkey, l_linenumber)}. Plain local mode with two cores, time zone UTC.
 */
public final class SparkRival {

  private SparkRival() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    try (SparkSession spark = session()) {
      spark.read().parquet(arguments[0]).createOrReplaceTempView("changes");
      for (int i = 2; i < arguments.length; i++) {
        long start = System.nanoTime();
        spark.sql(statement(arguments[1], arguments[i]));
        answers.println(
            "{\"table\":\"%s\",\"kind\":\"%s\",\"millis\":%d}"
                .formatted(arguments[i], arguments[1], (System.nanoTime() - start) / 1_000_000));
      }
    }
  }

  private static String statement(String kind, String table) {
    String merge =
        "MERGE INTO delta.`%s` t USING changes c ON t.l_orderkey = c.l_orderkey AND t.l_linenumber ="
            + " c.l_linenumber ";
    return merge.formatted(table)
        + switch (kind) {
          case "merge" -> "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *";
          case "update" -> "WHEN MATCHED THEN UPDATE SET *";
          case "delete" -> "WHEN MATCHED THEN DELETE";
          default -> throw new IllegalArgumentException(kind);
        };
  }

  private static SparkSession session() {
    return SparkSession.builder()
        .appName("spark-rival")
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.databricks.delta.snapshotPartitions", "2")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config(
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .getOrCreate();
  }
}
