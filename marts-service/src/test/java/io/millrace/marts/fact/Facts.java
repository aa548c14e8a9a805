package io.millrace.marts.fact;

import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.WarehouseFolder.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A warehouse of orders, customers and one fact, marts.sales, with the fact's inputs as tables of a
 * DuckDB in memory; dim.customer holds member 7 in two versions.
 */
final class Facts implements AutoCloseable {
  private static final Map<String, String> FILES =
      Map.of(
          "warehouse.yml",
          "name: test\nlake: ./lake\n",
          "sources/shop.yml",
          """
          kind: api
          base-url: http://localhost:1
          resources:
            - name: orders
              path: /orders
              key: [order_id]
              columns:
                order_id: {type: BIGINT}
                customer_id: {type: BIGINT}
                ordered_at: {type: TIMESTAMPTZ}
                paid_at: {type: TIMESTAMPTZ}
            - name: customers
              path: /customers
              key: [customer_id]
              columns: {customer_id: {type: BIGINT}, name: {type: VARCHAR}}
          """,
          "staging/orders.sql",
          """
          CREATE STAGING TABLE staging.orders KEYS (order_id)
          AS SELECT order_id, customer_id, ordered_at, paid_at FROM raw.shop.orders
          """,
          "staging/customers.sql",
          """
          CREATE STAGING TABLE staging.customers KEYS (customer_id)
          AS SELECT customer_id, name FROM raw.shop.customers
          """,
          "dimensions/customer.sql",
          """
          CREATE DIMENSION dim.customer KEYS (customer_id) STORED AS SCD TYPE 2
          AS SELECT customer_id, name FROM staging.customers
          """);

  private final Connection duck;
  private final DynamicTable fact;

  Facts(Path folder, String fact) {
    try {
      FILES.forEach((name, text) -> write(folder.resolve(name), text));
      write(folder.resolve("marts/sales.sql"), fact);
      Warehouse warehouse =
          WarehouseFolder.read(folder, (s, r) -> Optional.empty(), new Reading(Map.of(), false))
              .orThrow();
      this.fact = warehouse.dynamicTables().getFirst();
      duck = DriverManager.getConnection("jdbc:duckdb:");
      run("SET TimeZone = 'UTC'");
      warehouse.tables().forEach(this::create);
      run("ALTER TABLE marts.sales ADD COLUMN __file VARCHAR");
      run("ALTER TABLE marts.sales ADD COLUMN __row BIGINT");
      run(
          """
          INSERT INTO dim.customer VALUES
            (71, 7, 'old', '1900-01-01', '2026-01-10', false),
            (72, 7, 'new', '2026-01-10', '9999-12-31', true)
          """);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void create(Table table) {
    run("CREATE SCHEMA IF NOT EXISTS " + table.name().schema());
    run(
        table.schema().columns().stream()
            .map(c -> Sql.name(c.name()) + " " + c.type().sql())
            .collect(Collectors.joining(", ", "CREATE TABLE " + table.name() + " (", ")")));
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Connection duck() {
    return duck;
  }

  DynamicTable fact() {
    return fact;
  }

  void run(String sql) {
    Sql.run(duck, sql);
  }

  long number(String sql) {
    return Sql.number(duck, sql);
  }

  /** The changes that bring marts.sales to its query. */
  RowDiff.Changes diff() {
    run(
        "CREATE OR REPLACE TEMP TABLE wanted AS "
            + fact.query(t -> t.toString(), Optional.empty()));
    return new RowDiff(fact.name(), fact.schema(), fact.schema(), fact.schema().key())
        .into(duck, "changes", "marts.sales", "wanted");
  }

  @Override
  public void close() {
    try {
      duck.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
