package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.WarehouseFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The statements of docs/DIMENSIONS.md are read as they stand. */
class DimensionsPageTest {
  private static final Path PAGE = Path.of("../docs/DIMENSIONS.md");
  private static final Pattern STATEMENT =
      Pattern.compile("```sql\\n(.*?CREATE DIMENSION dim\\.(\\w+).*?)```", Pattern.DOTALL);
  private static final RowSchema CUSTOMERS =
      new RowSchema(
          List.of(
              new Column("customer_id", Simple.BIGINT, false),
              new Column("name", Simple.VARCHAR, true),
              new Column("email", Simple.VARCHAR, true),
              new Column("phone", Simple.VARCHAR, true),
              new Column("country", Simple.VARCHAR, true),
              new Column("op", Simple.VARCHAR, true),
              new Column("updated_at", Simple.TIMESTAMPTZ, true),
              new Column("position", Simple.BIGINT, true)),
          List.of("customer_id"));
  private static final RowSchema SALES =
      new RowSchema(
          List.of(
              new Column("sale_id", Simple.BIGINT, false),
              new Column("kind", Simple.VARCHAR, true),
              new Column("amount", Simple.DOUBLE, true)),
          List.of("sale_id"));

  @TempDir Path folder;

  @Test
  void itsStatementsAreValid() throws IOException {
    write("warehouse.yml", "name: t\nlake: lake\n");
    write(
        "sources/s.yml",
        """
        kind: cdc
        engine: postgres
        host: h
        port: 1
        database: d
        user: u
        password: ${env:P}
        tables: [public.customers, public.sales]
        """);
    for (String table : List.of("customers KEYS (customer_id)", "sales KEYS (sale_id)")) {
      String name = table.split(" ", 2)[0];
      write(
          "staging/" + name + ".sql",
          "CREATE STAGING TABLE staging." + table + " AS SELECT * FROM raw.s." + name);
    }
    write(
        "staging/customer_changes.sql",
        "CREATE STAGING TABLE staging.customer_changes HISTORY AS SELECT _position AS position, _op"
            + " AS op, _committed_at AS changed_at, customer_id, name, country FROM"
            + " raw.s.customers");
    int statements = 0;
    Matcher matcher = STATEMENT.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      statements++;
      write(
          "dimensions/%s.sql".formatted(matcher.group(2).toLowerCase(Locale.ROOT)),
          matcher.group(1));
    }
    Validation read =
        WarehouseFolder.read(
            folder,
            (source, resource) -> Optional.of(resource.contains("sales") ? SALES : CUSTOMERS),
            new WarehouseFolder.Reading(Map.of("P", "p"), false));
    assertThat(read.problems()).isEmpty();
    assertThat(statements).isEqualTo(4);
    assertThat(read.orThrow().tables()).hasSize(3 + statements);
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, text);
  }
}
