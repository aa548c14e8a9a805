package io.millrace.judge;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What Spark reads of tables, as Parquet that any other reader can compare with.
 *
 * @param folder where the copies go; {@code [schema].[table]/rows} and {@code .../changes} in it
 */
record TableCopies(SparkSession spark, Path folder) {
  private static final int AT_A_TIME = 4;

  /** Copies tables, several at a time: most of it is Spark's planning, not its reading. */
  void make(List<SparkJudge.Table> tables) throws InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<Future<?>> copies =
          tables.stream().<Future<?>>map(table -> threads.submit(() -> copy(table))).toList();
      for (Future<?> copy : copies) {
        copy.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a table could not be copied", e.getCause());
    }
  }

  private void copy(SparkJudge.Table of) {
    Path table = Path.of(of.path());
    Path copy = folder.resolve(table.getParent().getFileName() + "." + table.getFileName());
    write(spark.read().format("delta").load(table.toString()), copy.resolve("rows"));
    write(
        spark.sql(
            "SELECT * FROM table_changes_by_path('%s', %s)"
                .formatted(of.path().replace("'", "\\'"), of.changesFrom())),
        copy.resolve("changes"));
  }

  private static void write(Dataset<Row> rows, Path place) {
    rows.coalesce(1).write().parquet(place.toString());
  }
}
