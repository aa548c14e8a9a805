package io.millrace.system.line;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.ChangeFeed.FeedVersion;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another engine over the lake: everything that Spark reads of it, compared row for row with what
 * DuckDB reads through our own lake module. Nothing may write to the lake meanwhile.
 */
final class SparkReader implements AutoCloseable {
  private static final Path MODULE = Path.of("../spark").toAbsolutePath().normalize();
  private static final String MARK = "_commit_version, _change_type";

  private final Lake lake;
  private final Path copies;
  private final Map<TableName, Long> changesFrom;
  private final DuckDb duckDb;
  private final Connection duck;

  /**
   * Has Spark copy every table.
   *
   * @param folder a folder for its copies, not there yet
   */
  SparkReader(Path lake, Path folder) throws IOException, InterruptedException {
    this(lake, folder, Map.of());
  }

  /**
   * As above.
   *
   * @param changesFrom the first version whose changes count, where it is not 0: Spark reads none
   *     across the dropping or renaming of a column
   */
  SparkReader(Path lake, Path folder, Map<TableName, Long> changesFrom)
      throws IOException, InterruptedException {
    this.lake = new Lake(lake);
    this.changesFrom = changesFrom;
    this.copies = folder;
    copy(lake);
    this.duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    this.duck = duckDb.connect();
  }

  /** Every table of the lake, {@code marts._refresh_history} among them. */
  static List<TableName> tables(Path lake) throws IOException {
    try (Stream<Path> logs = Files.find(lake, 3, (path, _) -> path.endsWith("_delta_log"))) {
      return logs.map(log -> lake.relativize(log.getParent()))
          .map(table -> new TableName(table.getName(0).toString(), table.getName(1).toString()))
          .sorted()
          .toList();
    }
  }

  private void copy(Path lakeRoot) throws IOException, InterruptedException {
    Path log = Files.createDirectories(copies).resolve("spark.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + MODULE.resolve("jvm.options"));
    command.add("-cp");
    command.add(MODULE.resolve("target/classes") + ":" + MODULE.resolve("target/lib") + "/*");
    command.addAll(List.of("io.millrace.judge.SparkJudge", "--copy", copies.toString()));
    tables(lakeRoot).forEach(table -> command.add(lake.path(table) + "@" + changesFrom(table)));
    Process spark =
        new ProcessBuilder(command)
            .directory(copies.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!spark.waitFor(5, TimeUnit.MINUTES) || spark.exitValue() != 0) {
        throw new AssertionError("Spark could not read the lake:\n" + Files.readString(log));
      }
    } finally {
      spark.destroyForcibly();
    }
  }

  private long changesFrom(TableName table) {
    return changesFrom.getOrDefault(table, 0L);
  }

  /** In what Spark and DuckDB differ over a table, in words; empty if in nothing. */
  List<String> disagreements(TableName name) {
    DeltaTable table = lake.open(name);
    List<String> found = new ArrayList<>();
    ourRows(table, table.version(), "our rows");
    ourChanges(table);
    Path copy = copies.resolve(name.toString());
    String columns = Sql.names(table.schema().names());
    view("spark rows", columns, copy.resolve("rows"));
    view("spark changes", columns + ", " + MARK, copy.resolve("changes"));
    compare(found, "columns", described("our rows"), described("spark rows"));
    compare(found, "rows", Sql.name("our rows"), Sql.name("spark rows"));
    compare(found, "changes", Sql.name("our changes"), Sql.name("spark changes"));
    // As multisets: the first version's rows and all that came, are the newest's and all that went.
    long first = changesFrom(name);
    ourRows(table, first, "first rows");
    compare(
        found,
        "changes applied to version " + first,
        "(FROM \"first rows\" UNION ALL "
            + changed(columns, first, "'insert', 'update_postimage'")
            + ")",
        "(FROM \"our rows\" UNION ALL "
            + changed(columns, first, "'delete', 'update_preimage'")
            + ")");
    return found;
  }

  /** The rows of a version as Spark has them, to whom a UUID is text. */
  private void ourRows(DeltaTable table, long version, String view) {
    RowSchema schema = table.history().createView(duck, version, view + " with uuids");
    String columns =
        schema.columns().stream()
            .map(c ->
                "CAST(%1$s AS %2$s) AS %1$s"
                    .formatted(Sql.name(c.name()), c.type().sql().replace("UUID", "VARCHAR")))
            .collect(Collectors.joining(", "));
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP VIEW %s AS SELECT %s FROM %s"
            .formatted(Sql.name(view), columns, Sql.name(view + " with uuids")));
  }

  /** Changes of all versions, as a table of the newest version's columns. */
  private void ourChanges(DeltaTable table) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE \"our changes\" AS SELECT *, 0::BIGINT AS _commit_version, ''"
            + " AS _change_type FROM \"our rows\" LIMIT 0");
    for (FeedVersion version :
        table.changes().versions(changesFrom(table.name()) - 1, table.version())) {
      var _ = table.changes().load(duck, version.version(), "one version");
      Sql.run(
          duck,
          "INSERT INTO \"our changes\" BY NAME SELECT *, "
              + version.version()
              + " AS _commit_version FROM \"one version\"");
    }
  }

  private void view(String view, String columns, Path copy) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP VIEW %s AS SELECT %s FROM read_parquet(%s)"
            .formatted(Sql.name(view), columns, Sql.text(copy + "/*.parquet")));
  }

  private static String described(String view) {
    return "(SELECT column_name, column_type FROM (DESCRIBE %s))".formatted(Sql.name(view));
  }

  private static String changed(String columns, long first, String kinds) {
    return "SELECT %s FROM \"spark changes\" WHERE _commit_version > %d AND _change_type IN (%s)"
        .formatted(columns, first, kinds);
  }

  private void compare(List<String> found, String what, String ours, String sparks) {
    long rows =
        Sql.number(
            duck,
            "SELECT (SELECT count(*) FROM (FROM %1$s EXCEPT ALL FROM %2$s)) + (SELECT count(*) FROM (FROM %2$s EXCEPT ALL FROM %1$s))"
                .formatted(ours, sparks));
    if (rows > 0) {
      found.add(what + " differ by " + rows);
    }
  }

  @Override
  public void close() throws SQLException {
    duck.close();
    duckDb.close();
    lake.close();
  }
}
