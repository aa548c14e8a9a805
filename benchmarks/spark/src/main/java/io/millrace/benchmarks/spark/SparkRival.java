package io.millrace.benchmarks.spark;

import java.io.IOException;
import java.io.PrintStream;
import org.apache.spark.sql.SparkSession;

/**
 * Merges changes into Delta tables, one after the other, and says how long each took.
 *
 * <pre>
 *   CHANGES KIND TABLE...    CHANGES: a Parquet file or folder; KIND: merge, update, delete, history
 *   for each table           {"table":..., "kind":..., "millis":...}
 * </pre>
 *
 * <p>The key is {@code (l_orderkey, l_linenumber)}; of {@code history} the table is a dimension with
 * versions of members {@code id}, and the changes are their new states. Plain local mode with two cores, time zone UTC.
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
    return kind.equals("history") ? history(table) : merge(kind, table);
  }

  /** Versions end where the new state begins, in one statement: what changed comes twice. */
  private static String history(String table) {
    return """
        MERGE INTO delta.`%1$s` t USING (
          SELECT id AS merge_key, * FROM changes
          UNION ALL
          SELECT NULL AS merge_key, c.* FROM changes c JOIN delta.`%1$s` d
            ON d.id = c.id AND d.is_current AND NOT (d.segment <=> c.segment AND d.phone <=> c.phone)) s
        ON t.id = s.merge_key AND t.is_current
        WHEN MATCHED AND NOT (t.segment <=> s.segment AND t.phone <=> s.phone)
          THEN UPDATE SET valid_to = s.updated_at, is_current = false
        WHEN NOT MATCHED THEN INSERT (sk, id, segment, phone, tie, updated_at, valid_from, valid_to, is_current)
          VALUES (s.sk, s.id, s.segment, s.phone, s.tie, s.updated_at, s.updated_at,
            TIMESTAMP '9999-12-31 00:00:00', true)
        """
        .formatted(table);
  }

  private static String merge(String kind, String table) {
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
