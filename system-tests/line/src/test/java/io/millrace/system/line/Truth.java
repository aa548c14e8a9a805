package io.millrace.system.line;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.AvroRows;
import io.millrace.lake.ChangeFeed;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.postgresql.PGConnection;

/** Compares the lake with what it should be: the database's own rows, and each query run again. */
final class Truth implements AutoCloseable {
  private final Line line;
  private final Lake lake;
  private final DuckDb duckDb;
  private final Connection duck;
  private final Warehouse warehouse;

  Truth(Line line) {
    this.line = line;
    this.lake = new Lake(line.lake);
    this.duckDb = DuckDb.inMemory(line.folder.resolve("spill"), DuckDb.Limits.small());
    this.duck = duckDb.connect();
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(line.stack.registryUrl()))) {
      this.warehouse =
          WarehouseFolder.read(
                  line.warehouse,
                  (source, resource) ->
                      registry
                          .latest("shop.raw." + source + "." + resource + "-value")
                          .map(r -> AvroRows.rowOf(AvroRows.rowRecord(r.schema()))),
                  new WarehouseFolder.Reading(line.sourceEnvironment(), false))
              .orThrow();
    }
  }

  Warehouse warehouse() {
    return warehouse;
  }

  /** A view of a table's rows at its newest version that shows the cut or an earlier one. */
  String view(TableName name, long cut) {
    DeltaTable table = lake.open(name);
    String view = name.schema() + "_" + name.name() + "_" + cut;
    var _ = table.history().createView(duck, table.history().versionAt(cut).orElseThrow(), view);
    return Sql.name(view);
  }

  /** The cuts that the table's versions show. */
  List<Long> cutsOf(TableName name) {
    DeltaTable table = lake.open(name);
    return LongStream.rangeClosed(0, table.version())
        .map(v -> table.history().watermarkAt(v).cut())
        .boxed()
        .toList();
  }

  /** The cut that the newest version shows. */
  long cutOf(TableName name) {
    return lake.open(name).watermark().cut();
  }

  long count(String sql) {
    return Sql.number(duck, sql);
  }

  /** The rows of a query, each as its values with a space between. */
  List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(result.getString(i)));
        }
        rows.add(String.join(" ", row));
      }
    }
    return rows;
  }

  /** Rows by which two relations differ, as multisets. */
  long difference(String one, String other) {
    return count(
        "SELECT (SELECT count(*) FROM (FROM %1$s EXCEPT ALL FROM %2$s)) + (SELECT count(*) FROM (FROM %2$s EXCEPT ALL FROM %1$s))"
            .formatted(one, other));
  }

  /** Rows by which a staging table differs from the database's table, run through its SELECT. */
  long stagingDifference(StagingTable table) throws SQLException, IOException {
    Path csv = line.folder.resolve(table.resource() + ".csv");
    String columns =
        table.rawSchema().columns().stream()
            .map(c -> Sql.name(c.name()))
            .collect(Collectors.joining(", "));
    var postgres = line.stack.postgres();
    try (Connection source =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        OutputStream out = Files.newOutputStream(csv)) {
      var _ =
          source
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut(
                  "COPY (SELECT %s FROM public.%s) TO STDOUT (FORMAT csv, HEADER)"
                      .formatted(columns, Sql.name(table.resource())),
                  out);
    }
    String types =
        table.rawSchema().columns().stream()
            .map(c -> Sql.text(c.name()) + ": " + Sql.text(c.type().sql()))
            .collect(Collectors.joining(", "));
    String raw =
        "(SELECT *, 'r' AS _op, now() AS _committed_at, 0::BIGINT AS _cut, 0::BIGINT AS _position FROM read_csv(%s, header = true, columns = {%s}))"
            .formatted(Sql.text(csv.toString()), types);
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE expected AS " + table.select(raw));
    return difference("expected", view(table.name(), Long.MAX_VALUE));
  }

  /** Rows by which a dynamic table differs from its query over its inputs at its own cut. */
  long martDifference(DynamicTable table, long cut) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE expected AS "
            + table.query(input -> view(input, cut), Optional.of(Instant.EPOCH)));
    return difference("expected", view(table.name(), cut));
  }

  /**
   * How long rows that a table gained took from their own time to the version that shows them: the
   * moment when its log entry appeared.
   *
   * @param time column of the row's commit in its source
   */
  String commitToShown(TableName name, String time, Instant from, Instant to) throws IOException {
    DeltaTable table = lake.open(name);
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE shown (lag DOUBLE)");
    for (ChangeFeed.FeedVersion version : table.changes().versions(0, table.version())) {
      var _ = table.changes().load(duck, version.version(), "shown_feed");
      Path entry =
          table
              .path()
              .resolve(String.format(Locale.ROOT, "_delta_log/%020d.json", version.version()));
      Sql.run(
          duck,
          "INSERT INTO shown SELECT epoch(TIMESTAMPTZ '%s') - epoch(%s) FROM shown_feed"
                  .formatted(Files.getLastModifiedTime(entry).toInstant(), Sql.name(time))
              + " WHERE _change_type = 'insert' AND %1$s BETWEEN TIMESTAMPTZ '%2$s' AND TIMESTAMPTZ '%3$s'"
                  .formatted(Sql.name(time), from, to));
    }
    try (Statement statement = duck.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT format('  commit to %s: {} rows, p50 {:.2f} s, p99 {:.2f} s, max {:.2f} s', count(*), quantile_cont(lag, 0.5), quantile_cont(lag, 0.99), max(lag)) FROM shown"
                    .formatted(name))) {
      return result.next() ? result.getString(1) : "";
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is wrong with a dimension's history, in words; empty if nothing is. */
  List<String> dimensionFaults(Dimension dimension) {
    String rows = "(FROM " + view(dimension.name(), Long.MAX_VALUE) + ")";
    String keys = Sql.names(dimension.keys());
    String sk = Sql.name(dimension.surrogateKey());
    List<String> faults = new ArrayList<>();
    fault(
        faults,
        "default members missing",
        "SELECT 4 - count(*) FROM " + rows + " WHERE " + sk + " BETWEEN -4 AND -1");
    fault(
        faults,
        "surrogate keys twice",
        "SELECT count(*) - count(DISTINCT " + sk + ") FROM " + rows);
    fault(
        faults,
        "empty intervals",
        "SELECT count(*) FROM " + rows + " WHERE valid_from >= valid_to");
    fault(
        faults,
        "overlaps",
        "SELECT count(*) FROM (SELECT valid_to > lead(valid_from) OVER (PARTITION BY %s ORDER BY valid_from) AS o FROM %s WHERE %s > 0) WHERE o"
            .formatted(keys, rows, sk));
    fault(
        faults,
        "keys with several current versions",
        "SELECT count(*) FROM (SELECT 1 FROM %s WHERE is_current AND %s > 0 GROUP BY %s HAVING count(*) > 1)"
            .formatted(rows, sk, keys));
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE expected AS SELECT "
            + Sql.names(dimension.attributes().names())
            + " FROM ("
            + dimension.select(view(dimension.input(), Long.MAX_VALUE))
            + ")");
    fault(
        faults,
        "current members that are not the input's rows",
        "SELECT "
            + difference(
                "expected",
                "(SELECT %s FROM %s WHERE is_current AND %s > 0)"
                    .formatted(Sql.names(dimension.attributes().names()), rows, sk)));
    return faults;
  }

  private void fault(List<String> faults, String what, String sql) {
    long found = count(sql);
    if (found != 0) {
      faults.add(what + ": " + found);
    }
  }

  @Override
  public void close() throws SQLException {
    duck.close();
    duckDb.close();
    lake.close();
  }
}
