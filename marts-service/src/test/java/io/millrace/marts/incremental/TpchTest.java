package io.millrace.marts.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.Sql;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Block;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Strategy;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All 22 queries of TPC-H as views over changing orders, lineitems and customers; how large and how
 * often are the properties {@code tpch.scale} and {@code tpch.batches}.
 */
class TpchTest {
  private static final double SCALE = Double.parseDouble(System.getProperty("tpch.scale", "0.002"));
  private static final int BATCHES = Integer.getInteger("tpch.batches", 3);

  @TempDir Path temp;
  final Ground ground = new Ground();

  @BeforeEach
  void load() throws IOException {
    for (String statement : resource("schema.sql").split(";\\s*", -1)) {
      if (!statement.isBlank()) {
        ground.run(statement.replace("CREATE TABLE ", "CREATE TABLE staging."));
      }
    }
    for (TpchTable<?> table : TpchTable.getTables()) {
      load(table);
    }
    ground.run("SET search_path = 'staging'");
  }

  @AfterEach
  void close() {
    ground.close();
  }

  @Test
  void everyQueryEqualsItselfRunAnewAfterEachBatch() throws IOException {
    Map<String, Node> roots = new TreeMap<>();
    Map<String, View> views = new TreeMap<>();
    for (int i = 1; i <= 22; i++) {
      String name = "q%02d".formatted(i);
      switch (ground.algebra(resource(name + ".sql"))) {
        case Algebra.Known(Node root) -> {
          View view = new View(ground.duck(), root, name + " ", t -> "staging." + t.name());
          view.build(Instant.EPOCH);
          roots.put(name, root);
          views.put(name, view);
        }
        case Algebra.Unknown unknown -> assertThat(unknown).as(name).isNull();
      }
    }
    for (int batch = 0; batch < BATCHES; batch++) {
      change(batch);
      for (Map.Entry<String, View> view : views.entrySet()) {
        var _ = view.getValue().refresh(ground::changes, Instant.EPOCH, Optional.empty());
        view.getValue().finish();
        assertThat(ground.difference(view.getValue().query(), resource(view.getKey() + ".sql")))
            .as("%s after batch %d", view.getKey(), batch)
            .isZero();
      }
    }
    assertThat(roots.values())
        .filteredOn(root -> Block.of(root).all().noneMatch(b -> b.strategy() == Strategy.FULL))
        .hasSize(22);
  }

  /** Deletes, moves and inserts orders with their lineitems; customers gain and lose as well. */
  void change(int batch) {
    ground.forgetChanges();
    String some = "o_orderkey %% 97 = %d".formatted(batch);
    String moved = "o_orderkey %% 89 = %d".formatted(batch);
    String lines = ground.columns("lineitem");
    String orders = ground.columns("orders");
    ground.change(
        "lineitem",
        lines,
        "SELECT *, -1 AS _weight FROM staging.lineitem WHERE l_%1$s UNION ALL SELECT * REPLACE (l_orderkey + 100000000 AS l_orderkey, l_quantity + 30 AS l_quantity), 1 FROM staging.lineitem WHERE l_%2$s UNION ALL SELECT *, -1 FROM staging.lineitem WHERE l_%3$s UNION ALL SELECT * REPLACE (l_quantity + 1 AS l_quantity, l_shipdate + 30 AS l_shipdate), 1 FROM staging.lineitem WHERE l_%3$s"
            .formatted(some.substring(2), moved.substring(2), "orderkey % 83 = " + batch));
    ground.change(
        "orders",
        orders,
        "SELECT *, -1 AS _weight FROM staging.orders WHERE %1$s UNION ALL SELECT * REPLACE (o_orderkey + 100000000 AS o_orderkey), 1 FROM staging.orders WHERE %2$s UNION ALL SELECT *, -1 FROM staging.orders WHERE o_orderkey %% 71 = %3$d UNION ALL SELECT * REPLACE (o_custkey + 1 AS o_custkey, o_orderdate + 20 AS o_orderdate), 1 FROM staging.orders WHERE o_orderkey %% 71 = %3$d"
            .formatted(some, moved, batch));
    ground.change(
        "customer",
        ground.columns("customer"),
        "SELECT *, -1 AS _weight FROM staging.customer WHERE c_custkey %% 61 = %1$d UNION ALL SELECT * REPLACE (c_acctbal + 100 AS c_acctbal, 'BUILDING' AS c_mktsegment), 1 FROM staging.customer WHERE c_custkey %% 61 = %1$d"
            .formatted(batch));
  }

  private <E extends TpchEntity> void load(TpchTable<E> table) throws IOException {
    Path file = temp.resolve(table.getTableName());
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (E row : table.createGenerator(SCALE, 1, 1)) {
        String line = row.toLine();
        writer.write(line.endsWith("|") ? line.substring(0, line.length() - 1) : line);
        writer.newLine();
      }
    }
    ground.run(
        "COPY staging.%s FROM %s (DELIMITER '|', HEADER false, QUOTE '', ESCAPE '')"
            .formatted(table.getTableName(), Sql.text(file.toString())));
  }

  static String resource(String name) throws IOException {
    try (InputStream in = TpchTest.class.getResourceAsStream("/tpch/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
          .strip();
    }
  }
}
