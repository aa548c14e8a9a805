package io.millrace.marts.benchmark;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Evolution;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.marts.TestWarehouse;
import io.millrace.marts.refresh.FullRefresh;
import io.millrace.marts.refresh.IncrementalRefresh;
import io.millrace.marts.refresh.Refresh;
import io.millrace.marts.refresh.Target;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.DynamicTable.RefreshMode;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.algebra.Algebra;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Inputs in a file-backed DuckDB as the service holds them, and dynamic tables over them in a real
 * lake, one for each refresh mode. What is found is written to a file, line by line.
 */
final class Bench implements AutoCloseable {
  private final Path report;
  private final DuckDb duckDb;
  private final Connection duck;
  private final Lake lake;
  private final Map<TableName, String> changes = new HashMap<>();
  private final Map<String, Kept> kept = new LinkedHashMap<>();
  private long cut;

  /** A dynamic table, refreshed in one mode. */
  private record Kept(DynamicTable definition, DeltaTable table, Mirror mirror, Refresh refresh) {}

  /**
   * What a refresh took.
   *
   * @param refreshMillis until the changed rows of the result are known
   * @param commitMillis until they are in the table and its mirror
   */
  record Took(double refreshMillis, double commitMillis) {
    double millis() {
      return refreshMillis + commitMillis;
    }
  }

  Bench(Path folder, Path report) {
    this.report = report;
    this.duckDb =
        DuckDb.inDirectory(
            folder.resolve("state"),
            new DuckDb.Limits(
                System.getProperty("benchmark.memory", "4GB"),
                Integer.getInteger("benchmark.threads", 1),
                "40GB"));
    this.duck = duckDb.connect();
    this.lake = new Lake(folder.resolve("lake"));
    Sql.run(duck, "CREATE SCHEMA staging");
  }

  Connection duck() {
    return duck;
  }

  void run(String sql) {
    Sql.run(duck, sql);
  }

  void say(String line) {
    try {
      Files.writeString(report, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds a query over inputs, kept in all modes. */
  void add(String name, String query, Map<String, RowSchema> inputs) {
    for (RefreshMode mode : RefreshMode.values()) {
      String table = name + "_" + mode.name().toLowerCase(Locale.ROOT);
      DynamicTable definition = definition(table, query, mode, inputs);
      DeltaTable delta =
          lake.create(
              definition.name(), TableSpec.of(definition.schema()), Watermark.at(-1, "first"));
      Mirror mirror = Mirror.load(duck, delta, "mirror_" + table);
      kept.put(table, new Kept(definition, delta, mirror, refresh(definition, delta, mirror)));
    }
  }

  private Refresh refresh(DynamicTable definition, DeltaTable delta, Mirror mirror) {
    Target target =
        new Target(
            definition,
            () -> mirror.relation(),
            () ->
                new RowDiff(
                    definition.name(),
                    delta.schema(),
                    definition.schema(),
                    definition.schema().key()));
    return definition.refreshMode() == RefreshMode.FULL
            || !(definition.algebra() instanceof Algebra.Known known)
        ? new FullRefresh(duck, target, "benchmark")
        : new IncrementalRefresh(duck, target, known.root());
  }

  private static DynamicTable definition(
      String table, String query, RefreshMode mode, Map<String, RowSchema> inputs) {
    Map<String, String> files = new HashMap<>();
    files.put("warehouse.yml", "name: b\nlake: ./lake\n");
    files.put(
        "sources/s.yml",
        "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\ntables: ["
            + String.join(", ", inputs.keySet())
            + "]\n");
    inputs.forEach((name, schema) ->
        files.put(
            "staging/" + name + ".sql",
            "CREATE STAGING TABLE staging.%s KEYS (%s) AS SELECT * FROM raw.s.%s"
                .formatted(name, String.join(", ", schema.key()), name)));
    files.put(
        "marts/" + table + ".sql",
        "CREATE DYNAMIC TABLE marts.%s REFRESH_MODE = %s AS %s".formatted(table, mode, query));
    Warehouse warehouse = TestWarehouse.read(files, inputs);
    return (DynamicTable) warehouse.table(new TableName("marts", table)).orElseThrow();
  }

  /** Changes an input: a relation of its columns and {@code _weight}, by key. */
  void change(String table, RowSchema schema, String signed) {
    String net = "net_" + table;
    run("CREATE OR REPLACE TABLE %s AS %s".formatted(net, signed));
    String key = String.join(", ", schema.key());
    run(
        "DELETE FROM staging.%1$s WHERE (%2$s) IN (SELECT (%2$s) FROM %3$s WHERE _weight < 0)"
            .formatted(table, key, net));
    run(
        "INSERT INTO staging.%s SELECT * EXCLUDE (_weight) FROM %s WHERE _weight > 0"
            .formatted(table, net));
    changes.put(new TableName("staging", table), net);
  }

  void forgetChanges() {
    changes.clear();
  }

  /** Refreshes a query in a mode and commits. */
  Took refresh(String name, RefreshMode mode) {
    Kept k = kept.get(name + "_" + mode.name().toLowerCase(Locale.ROOT));
    Set<TableName> changed = new HashSet<>(changes.keySet());
    changed.retainAll(k.definition().inputs());
    long started = System.nanoTime();
    Refresh.Outcome outcome =
        k.refresh()
            .refresh(
                new Refresh.Task(
                    cut,
                    Instant.EPOCH,
                    changed,
                    TableName::toString,
                    t -> Optional.ofNullable(changes.get(t))));
    double refreshMillis = (System.nanoTime() - started) / 1e6;
    started = System.nanoTime();
    if (!outcome.changes().none()) {
      CommitResult result =
          k.table()
              .commit(
                  duck,
                  k.mirror(),
                  outcome.changes(),
                  Watermark.at(cut, "first"),
                  Evolution.to(k.definition().schema()));
      if (!(result instanceof CommitResult.Committed)) {
        throw new IllegalStateException(name + " was rearranged by somebody");
      }
      k.mirror().refresh(duck);
    }
    k.refresh().committed();
    return new Took(refreshMillis, (System.nanoTime() - started) / 1e6);
  }

  /** All queries are done at this cut. */
  void next() {
    cut++;
  }

  /** Whether a query's rows are the same in all modes, floats apart. */
  boolean same(String name) {
    List<String> columns =
        kept.get(name + "_full").definition().schema().columns().stream()
            .filter(c -> !Set.of("DOUBLE", "FLOAT").contains(c.type().sql()))
            .map(c -> Sql.name(c.name()))
            .toList();
    String rows = "SELECT " + String.join(", ", columns) + " FROM mirror_" + name;
    String full = rows + "_full";
    for (String other : List.of("_incremental", "_auto")) {
      String differing =
          "SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s))"
              .formatted(full, rows + other);
      if (!columns.isEmpty() && Sql.number(duck, differing) > 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws SQLException {
    lake.close();
    duck.close();
    duckDb.close();
  }
}
