package io.millrace.marts.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.WarehouseFolder.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs docs/FACTS.md: its statements are a warehouse folder, its tables the inputs' rows, and what
 * stands under a table of marts is what its query gives then.
 */
class FactsPageTest {
  private static final Path PAGE = Path.of("../docs/FACTS.md");
  private static final Pattern STATEMENT =
      Pattern.compile("```sql\n-- (\\S+)\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TABLE =
      Pattern.compile("^`([a-z]+\\.[a-z_]+)`:\n\n((?:\\|.*\n)+)", Pattern.MULTILINE);
  private static final Map<String, String> UNDER_THE_PAGE =
      Map.of(
          "warehouse.yml",
          "name: page\nlake: ./lake\n",
          "sources/shop.yml",
          """
          kind: api
          base-url: http://localhost:1
          resources:
            - name: orders
              path: /orders
              key: order_id
              columns:
                order_id: BIGINT
                customer_id: BIGINT
                kind: VARCHAR
                amount: DECIMAL(12,2)
                ordered_at: TIMESTAMPTZ
                paid_at: TIMESTAMPTZ
                shipped_at: TIMESTAMPTZ
            - name: months
              path: /months
              key: month_begin
              columns:
                month_begin: DATE
                month_end: TIMESTAMPTZ
            - name: customers
              path: /customers
              key: customer_id
              columns:
                customer_id: BIGINT
                segment: VARCHAR
            - name: days
              path: /days
              key: day
              columns:
                day: DATE
          """,
          "staging/orders.sql",
          "CREATE STAGING TABLE staging.orders KEYS (order_id) AS SELECT * FROM raw.shop.orders",
          "staging/months.sql",
          "CREATE STAGING TABLE staging.months KEYS (month_begin) AS SELECT * FROM raw.shop.months",
          "staging/customers.sql",
          "CREATE STAGING TABLE staging.customers KEYS (customer_id) AS SELECT * FROM"
              + " raw.shop.customers",
          "staging/days.sql",
          "CREATE STAGING TABLE staging.days KEYS (day) AS SELECT * FROM raw.shop.days",
          "dimensions/customer.sql",
          "CREATE DIMENSION dim.customer KEYS (customer_id) STORED AS SCD TYPE 2 AS SELECT"
              + " customer_id, segment FROM staging.customers",
          "dimensions/day.sql",
          "CREATE DIMENSION dim.day KEYS (day) STORED AS SCD TYPE 1 AS SELECT day FROM"
              + " staging.days");

  @TempDir Path temp;

  @Test
  void theExamplesGiveWhatThePageShows() throws IOException, SQLException {
    String page = Files.readString(PAGE);
    Warehouse warehouse = folder(page);
    int shown = 0;
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      Sql.run(duck, "SET TimeZone = 'UTC'");
      List.of("staging", "dim", "marts").forEach(s -> Sql.run(duck, "CREATE SCHEMA " + s));
      Matcher tables = TABLE.matcher(page);
      while (tables.find()) {
        TableName name = TableName.parse(tables.group(1));
        RowSchema schema = warehouse.table(name).orElseThrow().schema();
        load(duck, name, schema, tables.group(2));
        if (warehouse.table(name).orElseThrow() instanceof DynamicTable fact) {
          String query = fact.query(TableName::toString, Optional.empty());
          assertThat(difference(duck, query, "SELECT * FROM " + name))
              .as("rows of %s that differ, at %d", name, tables.start())
              .isZero();
          shown++;
        }
      }
    }
    assertThat(shown).isEqualTo(4);
  }

  private static long difference(Connection duck, String left, String right) {
    return Sql.number(
        duck,
        "SELECT count(*) FROM ((FROM (%1$s) EXCEPT ALL FROM (%2$s)) UNION ALL (FROM (%2$s) EXCEPT ALL FROM (%1$s)))"
            .formatted(left, right));
  }

  private Warehouse folder(String page) throws IOException {
    for (Map.Entry<String, String> file : UNDER_THE_PAGE.entrySet()) {
      write(file.getKey(), file.getValue());
    }
    Matcher statements = STATEMENT.matcher(page);
    while (statements.find()) {
      write(statements.group(1), statements.group(2));
    }
    return WarehouseFolder.read(temp, (s, r) -> Optional.empty(), new Reading(Map.of(), false))
        .orThrow();
  }

  private void write(String name, String text) throws IOException {
    Path file = temp.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }

  private static void load(Connection duck, TableName name, RowSchema schema, String markdown) {
    List<List<String>> lines = new ArrayList<>();
    markdown.lines().forEach(line -> lines.add(cells(line)));
    assertThat(lines.getFirst()).isEqualTo(schema.names());
    String columns =
        schema.columns().stream()
            .map(c -> Sql.name(c.name()) + " " + c.type().sql())
            .collect(Collectors.joining(", "));
    Sql.run(duck, "CREATE OR REPLACE TABLE %s (%s)".formatted(name, columns));
    for (List<String> cells : lines.subList(2, lines.size())) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < cells.size(); i++) {
        Column column = schema.columns().get(i);
        values.add(
            cells.get(i).isEmpty()
                ? "NULL"
                : "CAST(%s AS %s)".formatted(Sql.text(cells.get(i)), column.type().sql()));
      }
      Sql.run(duck, "INSERT INTO %s VALUES (%s)".formatted(name, String.join(", ", values)));
    }
  }

  private static List<String> cells(String line) {
    String[] parts = line.split("\\|", -1);
    return Arrays.stream(parts, 1, parts.length - 1).map(String::trim).toList();
  }
}
