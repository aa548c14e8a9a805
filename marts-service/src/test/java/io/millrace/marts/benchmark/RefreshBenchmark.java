package io.millrace.marts.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.marts.TestWarehouse;
import io.millrace.marts.benchmark.Bench.Took;
import io.millrace.warehouse.DynamicTable.RefreshMode;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures refreshes; no part of the tests, for its name does not end so. How it is run stands in
 * benchmarks/README.md.
 */
class RefreshBenchmark {
  private static final double SCALE =
      Double.parseDouble(System.getProperty("benchmark.scale", "0.01"));
  private static final int BATCHES = Integer.getInteger("benchmark.batches", 5);
  private static final long ROWS = Long.getLong("benchmark.rows", 100_000);
  private static final int ORDERS = Integer.getInteger("benchmark.orders", 1_000);
  private static final Map<String, String> KEYS =
      Map.of(
          "region", "r_regionkey",
          "nation", "n_nationkey",
          "supplier", "s_suppkey",
          "customer", "c_custkey",
          "part", "p_partkey",
          "partsupp", "ps_partkey ps_suppkey",
          "orders", "o_orderkey",
          "lineitem", "l_orderkey l_linenumber");
  private static final Pattern TABLE = Pattern.compile("CREATE TABLE (\\w+)\\((.*)\\)", 32);

  @TempDir Path temp;

  /** TPC-H's 22 queries in all modes, after batches of orders anywhere and among the newest. */
  @Test
  void tpch() throws Exception {
    try (Bench bench = new Bench(temp, Path.of("target/refresh-tpch.txt"))) {
      Map<String, RowSchema> schemas = schemas(bench);
      for (TpchTable<?> table : TpchTable.getTables()) {
        load(bench, table);
      }
      List<String> queries = new ArrayList<>();
      for (int i = 1; i <= 22; i++) {
        String name = "q%02d".formatted(i);
        bench.add(name, staged(resource(name + ".sql"), schemas), schemas);
        queries.add(name);
      }
      bench.say("TPC-H scale " + SCALE + ", batches of " + ORDERS + " orders");
      Map<String, Map<RefreshMode, List<Took>>> ignored = refresh(bench, queries);
      assertThat(ignored).isNotEmpty();
      for (String where : List.of("random", "recent")) {
        Map<String, Map<RefreshMode, List<Took>>> took = new TreeMap<>();
        for (int batch = 0; batch < BATCHES; batch++) {
          change(bench, schemas, batch, where.equals("recent"));
          refresh(bench, queries)
              .forEach((query, modes) ->
                  modes.forEach((mode, one) ->
                      took.computeIfAbsent(query, q -> new EnumMap<>(RefreshMode.class))
                          .computeIfAbsent(mode, m -> new ArrayList<>())
                          .addAll(one)));
        }
        took.forEach((query, modes) -> say(bench, where + " " + query, modes));
      }
    }
  }

  /** Orders with their customers and products, denormalised: no change, few, many. */
  @Test
  void pipeline() throws Exception {
    try (Bench bench = new Bench(temp, Path.of("target/refresh-pipeline.txt"))) {
      Map<String, RowSchema> schemas = new LinkedHashMap<>();
      schemas.put(
          "o",
          TestWarehouse.raw(
              "id", "id BIGINT, customer BIGINT, product INTEGER, amount DECIMAL(12;2), day DATE"));
      schemas.put("c", TestWarehouse.raw("id", "id BIGINT, name VARCHAR, country VARCHAR"));
      schemas.put("p", TestWarehouse.raw("id", "id INTEGER, title VARCHAR, price DECIMAL(12;2)"));
      bench.run(
          "CREATE TABLE staging.o AS SELECT i AS id, (i * 7919) %% 100000 AS customer, (i %% 1000)::INTEGER AS product, (i %% 500)::DECIMAL(12,2) AS amount, DATE '2020-01-01' + (i // 5000)::INTEGER AS day FROM range(%d) t(i)"
              .formatted(ROWS));
      bench.run(
          "CREATE TABLE staging.c AS SELECT i AS id, 'customer ' || i AS name, 'country ' || i % 50"
              + " AS country FROM range(100000) t(i)");
      bench.run(
          "CREATE TABLE staging.p AS SELECT i::INTEGER AS id, 'product ' || i AS title,"
              + " 9.99::DECIMAL(12,2) AS price FROM range(1000) t(i)");
      bench.add(
          "pipeline",
          "SELECT o.id, o.amount, o.day, c.name, c.country, p.title, p.price FROM staging.o LEFT"
              + " JOIN staging.c ON c.id = o.customer LEFT JOIN staging.p ON p.id = o.product",
          schemas);
      bench.say("orders LEFT JOIN customers LEFT JOIN products, " + ROWS + " orders");
      var _ = refresh(bench, List.of("pipeline"));
      for (String share : List.of("0", "0.001", "0.01", "0.5")) {
        Map<RefreshMode, List<Took>> took = new EnumMap<>(RefreshMode.class);
        for (int batch = 0; batch < BATCHES; batch++) {
          long every = share.equals("0") ? 0 : Math.round(1 / Double.parseDouble(share));
          bench.forgetChanges();
          if (every > 0) {
            change(bench, "o", schemas, "id %% %d = %d".formatted(every, batch % every));
          }
          refresh(bench, List.of("pipeline"))
              .get("pipeline")
              .forEach(
                  (mode, one) -> took.computeIfAbsent(mode, m -> new ArrayList<>()).addAll(one));
        }
        say(bench, "changed " + share, took);
      }
    }
  }

  private static void change(
      Bench bench, String table, Map<String, RowSchema> schemas, String which) {
    bench.change(
        table,
        Objects.requireNonNull(schemas.get(table)),
        "SELECT *, -1 AS _weight FROM staging.%1$s WHERE %2$s UNION ALL SELECT * REPLACE ((amount + 1)::DECIMAL(12,2) AS amount), 1 FROM staging.%1$s WHERE %2$s"
            .formatted(table, which));
  }

  /** Refreshes all in all modes and compares; what it took by query and mode. */
  private static Map<String, Map<RefreshMode, List<Took>>> refresh(
      Bench bench, List<String> queries) {
    Map<String, Map<RefreshMode, List<Took>>> took = new TreeMap<>();
    for (String query : queries) {
      Map<RefreshMode, List<Took>> modes = new EnumMap<>(RefreshMode.class);
      for (RefreshMode mode : RefreshMode.values()) {
        modes.put(mode, List.of(bench.refresh(query, mode)));
      }
      assertThat(bench.same(query)).as(query).isTrue();
      took.put(query, modes);
    }
    bench.next();
    return took;
  }

  private static void say(Bench bench, String what, Map<RefreshMode, List<Took>> modes) {
    double full = median(modes, RefreshMode.FULL, Took::millis);
    double incremental = median(modes, RefreshMode.INCREMENTAL, Took::millis);
    double auto = median(modes, RefreshMode.AUTO, Took::millis);
    double fullAlone = median(modes, RefreshMode.FULL, Took::refreshMillis);
    double incrementalAlone = median(modes, RefreshMode.INCREMENTAL, Took::refreshMillis);
    bench.say(
        String.format(
            Locale.ROOT,
            "%s: FULL %.1f ms, INCREMENTAL %.1f ms (x%.1f), AUTO %.1f ms (%.2f of the better);"
                + " without the commit %.1f and %.1f ms (x%.1f)",
            what,
            full,
            incremental,
            full / incremental,
            auto,
            auto / Math.min(full, incremental),
            fullAlone,
            incrementalAlone,
            fullAlone / incrementalAlone));
  }

  private static double median(
      Map<RefreshMode, List<Took>> modes, RefreshMode mode, ToDoubleFunction<Took> millis) {
    double[] sorted =
        Objects.requireNonNull(modes.get(mode)).stream().mapToDouble(millis).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** 40 % updates, 30 % deletes, 30 % inserts of orders with their lineitems. */
  private static void change(
      Bench bench, Map<String, RowSchema> schemas, int batch, boolean recent) {
    bench.forgetChanges();
    bench.run(
        "CREATE OR REPLACE TEMP TABLE picked AS SELECT o_orderkey AS k, row_number() OVER () %% 10 AS n FROM (SELECT o_orderkey FROM staging.orders ORDER BY %s LIMIT %d)"
            .formatted(
                recent ? "o_orderkey DESC" : "hash(o_orderkey + " + batch * 7919L + ")", ORDERS));
    long shift =
        Sql.number(
            bench.duck(),
            "SELECT (SELECT max(o_orderkey) FROM staging.orders) + 1 - (SELECT min(k) FROM"
                + " picked)");
    signed(
        bench,
        schemas,
        "lineitem",
        "l_orderkey",
        shift,
        "(l_quantity + 1)::DECIMAL(15,2) AS l_quantity");
    signed(bench, schemas, "orders", "o_orderkey", shift, "o_orderdate + 20 AS o_orderdate");
  }

  private static void signed(
      Bench bench,
      Map<String, RowSchema> schemas,
      String table,
      String key,
      long shift,
      String update) {
    String rows = "FROM staging.%s JOIN picked ON k = %s WHERE ".formatted(table, key);
    bench.change(
        table,
        Objects.requireNonNull(schemas.get(table)),
        "SELECT * EXCLUDE (k, n), -1 AS _weight %1$s n < 7 UNION ALL SELECT * EXCLUDE (k, n) REPLACE (%2$s), 1 %1$s n < 4 UNION ALL SELECT * EXCLUDE (k, n) REPLACE (%3$s + %4$d AS %3$s), 1 %1$s n >= 7"
            .formatted(rows, update, key, shift));
  }

  private static Map<String, RowSchema> schemas(Bench bench) throws IOException {
    Map<String, RowSchema> schemas = new LinkedHashMap<>();
    for (String statement : resource("schema.sql").split(";\\s*", -1)) {
      Matcher table = TABLE.matcher(statement.strip());
      if (table.matches()) {
        bench.run(statement.replace("CREATE TABLE ", "CREATE TABLE staging."));
        schemas.put(
            table.group(1),
            TestWarehouse.raw(
                Objects.requireNonNull(KEYS.get(table.group(1))),
                table.group(2).replaceAll("\\s+", " ").replaceAll("(\\d),(\\d)", "$1;$2")));
      }
    }
    return schemas;
  }

  /** The query over staging tables, its joins' commas and subqueries included. */
  private static String staged(String query, Map<String, RowSchema> schemas) {
    String staged = query.replace("sum(l_quantity)\n", "sum(l_quantity) AS quantity\n"); // Q18
    for (String table : schemas.keySet()) {
      staged =
          staged.replaceAll(
              "(?<=FROM |JOIN |, |\\()(?<!\\w)" + table + "(?=[ ,)\\n]|$)(?! =)",
              "staging." + table);
    }
    return staged;
  }

  private <E extends TpchEntity> void load(Bench bench, TpchTable<E> table) throws IOException {
    Path file = temp.resolve(table.getTableName());
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (E row : table.createGenerator(SCALE, 1, 1)) {
        String line = row.toLine();
        writer.write(line.endsWith("|") ? line.substring(0, line.length() - 1) : line);
        writer.newLine();
      }
    }
    bench.run(
        "COPY staging.%s FROM %s (DELIMITER '|', HEADER false, QUOTE '', ESCAPE '')"
            .formatted(table.getTableName(), Sql.text(file.toString())));
    Files.delete(file);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = RefreshBenchmark.class.getResourceAsStream("/tpch/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
          .strip();
    }
  }
}
