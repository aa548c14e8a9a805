package io.millrace.marts.incremental;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.marts.TestWarehouse;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Warehouse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Lookups as the warehouse rewrites them: statements of a folder, bound once. Each adds the column
 * {@code sk} to rows of the fuzz's tables; all dimensions are read from staging.m.
 */
final class Lookups {
  private static final String ROW =
      "id BIGINT, k INTEGER, g VARCHAR, v DECIMAL(12;2), x DOUBLE, d DATE, t TIMESTAMPTZ";
  private static final Map<String, RowSchema> RAW =
      Map.of(
          "a", TestWarehouse.raw("id", ROW),
          "m", TestWarehouse.raw("k", "k INTEGER, g VARCHAR"),
          "n", TestWarehouse.raw("k g", "k INTEGER, g VARCHAR"));
  private static final Map<String, String> FILES =
      Map.ofEntries(
          Map.entry("warehouse.yml", "name: fuzz\nlake: ./lake\n"),
          Map.entry(
              "sources/s.yml",
              "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\n"
                  + "tables: [a, m, n]\n"),
          Map.entry(
              "staging/a.sql", "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a"),
          Map.entry(
              "staging/m.sql", "CREATE STAGING TABLE staging.m KEYS (k) AS SELECT * FROM raw.s.m"),
          Map.entry(
              "staging/n.sql",
              "CREATE STAGING TABLE staging.n KEYS (k, g) AS SELECT * FROM raw.s.n"),
          Map.entry(
              "dimensions/now.sql",
              "CREATE DIMENSION dim.now KEYS (k) STORED AS SCD TYPE 1 AS SELECT * FROM staging.m"),
          Map.entry(
              "dimensions/past.sql",
              "CREATE DIMENSION dim.past KEYS (k) STORED AS SCD TYPE 2 AS SELECT * FROM staging.m"),
          Map.entry(
              "dimensions/pair.sql",
              "CREATE DIMENSION dim.pair KEYS (k, g) STORED AS SCD TYPE 2"
                  + " AS SELECT k, g FROM staging.n"),
          Map.entry("marts/current.sql", mart("current", "lookup(dim.now, k)", "")),
          Map.entry("marts/instant.sql", mart("instant", "lookup(dim.past, k, as_of => t)", "")),
          Map.entry("marts/day.sql", mart("day", "lookup(dim.past, k, as_of => d)", "")),
          Map.entry("marts/pair.sql", mart("pair", "lookup(dim.pair, (k, g))", "")),
          Map.entry(
              "marts/both.sql",
              mart(
                  "both",
                  "lookup(dim.pair, (k, g), as_of => t)",
                  " WHERE lookup(dim.now, k) <> -3")));

  private final Warehouse warehouse;
  private final List<DynamicTable> tables;

  Lookups() {
    this.warehouse = TestWarehouse.read(FILES, RAW);
    this.tables =
        warehouse.tables().stream()
            .filter(DynamicTable.class::isInstance)
            .map(DynamicTable.class::cast)
            .toList();
  }

  int count() {
    return tables.size();
  }

  /** The text of a lookup over rows that a query yields. */
  String sql(int which, String rows) {
    return tables
        .get(which)
        .query(
            input -> input.schema().equals("dim") ? dimension(input) : "(" + rows + ")",
            Optional.empty());
  }

  /** The text of a lookup of the folder, given as its SELECT, over staging.a as it is. */
  String sql(String select) {
    for (int i = 0; i < tables.size(); i++) {
      String file =
          Objects.requireNonNull(FILES.get("marts/" + tables.get(i).name().name() + ".sql"));
      if (file.endsWith(" AS " + select)) {
        return sql(i, "SELECT * FROM staging.a");
      }
    }
    throw new IllegalArgumentException("the folder has no mart with " + select);
  }

  private String dimension(TableName name) {
    Dimension dimension = (Dimension) warehouse.table(name).orElseThrow();
    List<String> columns = dimension.schema().names();
    return "(SELECT sk AS %s, %s FROM staging.m)"
        .formatted(Sql.name(columns.getFirst()), Sql.names(columns.subList(1, columns.size())));
  }

  private static String mart(String name, String lookup, String where) {
    return "CREATE DYNAMIC TABLE marts.%s AS SELECT *, %s AS sk FROM staging.a%s"
        .formatted(name, lookup, where);
  }
}
