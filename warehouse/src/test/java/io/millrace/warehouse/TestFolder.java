package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.WarehouseFolder.Reading;
import io.millrace.warehouse.raw.RawSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A small good folder, to which a test adds files. */
final class TestFolder {
  private static final Map<String, RowSchema> RAW =
      Map.of(
          "shop.orders",
          ShopSchemas.table(
              "id",
              "id BIGINT, customer BIGINT, country VARCHAR, amount DECIMAL(12;2), opens TIME,"
                  + " moment TIMESTAMPTZ, local TIMESTAMP, day DATE"),
          "shop.lines",
          ShopSchemas.table("order_id line", "order_id BIGINT, line INTEGER, price DOUBLE"),
          "shop.customers",
          ShopSchemas.table("id country", "id BIGINT, country VARCHAR, name VARCHAR"));

  private final Map<String, String> files = new LinkedHashMap<>();
  private final Path folder;

  TestFolder(Path folder) {
    this.folder = folder;
    with("warehouse.yml", "name: test\nlake: ./lake\n");
    with(
        "sources/shop.yml",
        """
        kind: cdc
        engine: postgres
        host: localhost
        database: shop
        user: shop
        password: ${env:SHOP_PASSWORD}
        tables: [orders, lines, customers]
        """);
    with(
        "staging/orders.sql",
        """
        CREATE STAGING TABLE staging.orders KEYS (id)
        AS SELECT id, customer, country, amount, moment, local, day FROM raw.shop.orders
        """);
    with(
        "staging/lines.sql",
        "CREATE STAGING TABLE staging.lines KEYS (order_id, line) AS SELECT * FROM raw.shop.lines");
    with(
        "staging/customers.sql",
        """
        CREATE STAGING TABLE staging.customers KEYS (id, country)
        AS SELECT * FROM raw.shop.customers
        """);
    with(
        "dimensions/customer.sql",
        """
        CREATE DIMENSION dim.customer KEYS (id) STORED AS SCD TYPE 2
        AS SELECT id, country AS name FROM staging.orders
        """);
    with(
        "dimensions/place.sql",
        """
        CREATE DIMENSION dim.place KEYS (id, country) STORED AS SCD TYPE 1 SURROGATE KEY key
        AS SELECT id, country, name FROM staging.customers
        """);
  }

  TestFolder with(String file, String text) {
    files.put(file, text);
    return this;
  }

  TestFolder mart(String select) {
    return with("marts/m.sql", "CREATE DYNAMIC TABLE marts.m AS " + select);
  }

  Validation read() {
    return read(false);
  }

  Validation read(boolean offline) {
    try {
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = folder.resolve(file.getKey());
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, file.getValue());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    RawSchemas schemas =
        (source, resource) -> Optional.ofNullable(RAW.get(source + "." + resource));
    return WarehouseFolder.read(folder, schemas, new Reading(Map.of(), offline));
  }

  Table table(String name) {
    return read().orThrow().table(TableName.parse(name)).orElseThrow();
  }

  DynamicTable m() {
    return (DynamicTable) table("marts.m");
  }
}
