package io.millrace.lake;

import io.delta.kernel.Operation;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A lake and a DuckDB of a test's own, and the ways to look at them. */
abstract class LakeFixture {
  static final TableName NAME = TableName.parse("dim.customer");
  static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("name", DataType.Simple.VARCHAR, true),
              new Column("amount", new DataType.Decimal(12, 2), true)),
          List.of("id"));

  @TempDir Path directory;
  Lake lake;
  DuckDb duckDb;
  Connection duck;

  @BeforeEach
  void open() {
    lake = new Lake(directory.resolve("lake"));
    duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
    lake.close();
  }

  /** The same lake through other files. */
  Lake lakeOn(Storage files) {
    return new Lake(directory.resolve("lake"), Clock.systemUTC(), files);
  }

  /** A table of {@link #SCHEMA} with rows (1, a, 1.00) and (2, b, NULL) at cut 0. */
  DeltaTable createTable() {
    return lake.create(
        NAME,
        TableSpec.of(SCHEMA),
        Watermark.at(0, "d"),
        duck,
        "FROM (VALUES (1, 'a', 1.00), (2, 'b', NULL)) t(id, name, amount)");
  }

  /** Computes and commits what makes a table's rows those of a query. */
  CommitResult make(DeltaTable table, Mirror mirror, long cut, String wantedSelect) {
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE wanted AS " + wantedSelect);
    RowDiff.Changes changes = RowDiff.of(table).into(duck, "changes", mirror.relation(), "wanted");
    return table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"));
  }

  /** Rewrites a table's live rows into one file, as somebody's OPTIMIZE does. */
  void optimize(Lake any) {
    DeltaTable table = any.open(NAME);
    List<LiveFile> old = List.copyOf(table.scan().files());
    List<DataFiles.Written> written =
        table
            .folder()
            .dataFiles()
            .rows(duck, table.scan().layout(), table.scan().rows(duck, "optimized"));
    List<LiveFile> added = written.stream().map(LiveFile::of).toList();
    outsider(any, new FileChanges(old, List.of(), added, List.of()), Map.of());
  }

  /** Commits files without a watermark; with the property of a cut, as a change of data. */
  void outsider(Lake any, FileChanges files, Map<String, String> committerProperties) {
    Snapshot snapshot =
        TableManager.loadSnapshot(any.path(NAME).toString())
            .withCommitter(new LakeCommitter())
            .build(any.engine());
    Transaction transaction =
        snapshot
            .buildUpdateTableTransaction("outsider", Operation.MANUAL_UPDATE)
            .build(any.engine());
    transaction.withCommitterProperties(() -> committerProperties);
    var _ =
        transaction.commit(
            any.engine(),
            CloseableIterable.inMemoryIterable(
                LocalFiles.closeable(LogActions.of(files, 0).iterator())));
  }

  /**
   * A query's rows as text, sorted: values between bars, dates as days and times as microseconds
   * since 1970, as {@link KernelReader} writes them.
   */
  List<String> rows(RowSchema schema, String from) {
    String columns =
        schema.columns().stream()
            .map(c -> "coalesce(" + text(c) + ", 'NULL')")
            .collect(Collectors.joining(" || '|' || "));
    return strings("SELECT " + columns + " FROM " + from + " ORDER BY 1");
  }

  List<String> strings(String sql) {
    List<String> rows =
        Sql.query(
            duck,
            sql,
            result -> {
              List<String> all = new ArrayList<>();
              while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                  values.add(String.valueOf(result.getString(i)));
                }
                all.add(String.join("|", values));
              }
              return all;
            });
    rows.sort(null);
    return rows;
  }

  private static String text(Column column) {
    return text(Sql.name(column.name()), column.type(), 0);
  }

  /** Lists in brackets, structs in parentheses, entries of maps with an equals sign. */
  private static String text(String value, DataType type, int depth) {
    String item = "x" + depth;
    return switch (type) {
      case DataType.Simple.DATE -> "CAST(" + value + " - DATE '1970-01-01' AS VARCHAR)";
      case DataType.Simple.TIMESTAMP, DataType.Simple.TIMESTAMPTZ ->
          "CAST(epoch_us(" + value + ") AS VARCHAR)";
      case DataType.Simple.BLOB -> "lower(hex(" + value + "))";
      case DataType.ListOf(DataType element) ->
          items(value, item, orNull(text(item, element, depth + 1)));
      case DataType.MapOf(DataType key, DataType mapped) ->
          items(
              "map_entries(" + value + ")",
              item,
              text(item + ".key", key, depth + 1)
                  + " || '=' || "
                  + orNull(text(item + ".value", mapped, depth + 1)));
      case DataType.Struct struct ->
          "CASE WHEN "
              + value
              + " IS NOT NULL THEN '(' || "
              + struct.fields().stream()
                  .map(f -> orNull(text(value + "." + Sql.name(f.name()), f.type(), depth + 1)))
                  .collect(Collectors.joining(" || ';' || "))
              + " || ')' END";
      default -> "CAST(" + value + " AS VARCHAR)";
    };
  }

  private static String items(String list, String item, String text) {
    return "CASE WHEN "
        + list
        + " IS NOT NULL THEN '[' || coalesce(array_to_string(list_transform("
        + list
        + ", lambda "
        + item
        + ": "
        + text
        + "), ';'), '') || ']' END";
  }

  private static String orNull(String text) {
    return "coalesce(" + text + ", 'NULL')";
  }
}
