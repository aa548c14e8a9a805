package io.millrace.judge;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Says what Spark reads of Delta tables, one line of JSON an argument, in order, or writes it to
 * Parquet.
 *
 * <pre>
 *   path[@version]             {"table":..., "version":..., "count":..., "hash":"..."}
 *   --changes path[@version]   {"table":..., "changes":{"3":{"insert":2,"delete":1}, ...}}
 *   --copy folder path[@version] ...
 *                              the rows of each table's newest version in [folder]/[schema].[table]/rows,
 *                              those of table_changes from that version or 0 on in .../changes
 * </pre>
 *
 * <p>The hash is the same for the same rows in whatever order: the sum, as DECIMAL(38, 0), of Spark's
 * xxhash64 of every column cast to STRING, columns in the order of their names, NULL as the character
 * U+0000. The time zone is UTC. With {@code --changes}, {@code @version} is the first version asked
 * for; without it, 0. A table that cannot be read ends the process with exit code 1.
 */
public final class SparkJudge {
  private static final String DEFAULT_FROM = "0";

  private SparkJudge() {}

  /** A table as an argument names it. */
  record Table(String path, String version) {
    static Table parse(String argument) {
      int at = argument.lastIndexOf('@');
      return at > argument.lastIndexOf('/')
          ? new Table(argument.substring(0, at), argument.substring(at + 1))
          : new Table(argument, "");
    }

    /** The first version whose changes are asked for. */
    String changesFrom() {
      return version.isEmpty() ? DEFAULT_FROM : version;
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    PrintStream answers = System.out;
    try (SparkSession spark = session()) {
      if (arguments.length > 1 && arguments[0].equals("--copy")) {
        new TableCopies(spark, Path.of(arguments[1]))
            .make(Arrays.stream(arguments).skip(2).map(Table::parse).toList());
        return;
      }
      boolean changes = false;
      for (String argument : arguments) {
        if (argument.equals("--changes")) {
          changes = true;
        } else {
          Table table = Table.parse(argument);
          answers.println(changes ? changes(spark, table) : rows(spark, table));
          changes = false;
        }
      }
    }
  }

  static SparkSession session() {
    return SparkSession.builder()
        .appName("spark-judge")
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.databricks.delta.snapshotPartitions", "2")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config(
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .getOrCreate();
  }

  private static String rows(SparkSession spark, Table table) {
    var reader = spark.read().format("delta");
    if (!table.version().isEmpty()) {
      reader = reader.option("versionAsOf", table.version());
    }
    Dataset<Row> rows = reader.load(table.path());
    Column[] columns =
        Arrays.stream(rows.columns())
            .sorted()
            .map(name -> coalesce(col("`" + name.replace("`", "``") + "`").cast("string"), lit("\0")))
            .toArray(Column[]::new);
    Row answer =
        rows.select(xxhash64(columns).cast("decimal(38,0)").as("h"))
            .agg(count(lit(1)), coalesce(sum("h").cast("string"), lit("0")))
            .head();
    return "{\"table\":%s,\"version\":%s,\"count\":%d,\"hash\":\"%s\"}"
        .formatted(
            quoted(table.path()),
            table.version().isEmpty() ? "null" : table.version(),
            answer.getLong(0),
            answer.getString(1));
  }

  private static String changes(SparkSession spark, Table table) {
    List<Row> counts =
        spark
            .read()
            .format("delta")
            .option("readChangeFeed", "true")
            .option("startingVersion", table.changesFrom())
            .load(table.path())
            .groupBy("_commit_version", "_change_type")
            .count()
            .orderBy("_commit_version", "_change_type")
            .collectAsList();
    List<String> versions = new ArrayList<>();
    counts.stream()
        .collect(Collectors.groupingBy(r -> r.getLong(0), TreeMap::new, Collectors.toList()))
        .forEach(
            (version, kinds) ->
                versions.add(
                    "\"%d\":{%s}"
                        .formatted(
                            version,
                            kinds.stream()
                                .map(k -> "%s:%d".formatted(quoted(k.getString(1)), k.getLong(2)))
                                .collect(Collectors.joining(",")))));
    return "{\"table\":%s,\"changes\":{%s}}"
        .formatted(quoted(table.path()), String.join(",", versions));
  }

  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
