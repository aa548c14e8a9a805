package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The statements of docs/STAGING.md are good ones. */
class StagingPageTest {
  private static final Path PAGE = Path.of("../docs/STAGING.md");
  private static final Pattern STATEMENT =
      Pattern.compile("```sql\\n(CREATE STAGING TABLE staging\\.(\\w+).*?)```", Pattern.DOTALL);
  private static final Map<String, RowSchema> RAW =
      Map.of(
          "customers",
          new RowSchema(
              List.of(
                  new Column("id", Simple.BIGINT, false),
                  new Column("name", Simple.VARCHAR, true),
                  new Column("country", Simple.VARCHAR, true),
                  new Column("updated_at", Simple.TIMESTAMPTZ, true)),
              List.of("id")),
          "clicks",
          new RowSchema(
              List.of(
                  new Column("seen_at", Simple.TIMESTAMPTZ, true),
                  new Column("page", Simple.VARCHAR, true),
                  new Column("visitor", Simple.BIGINT, true)),
              List.of()));

  @TempDir Path folder;

  @Test
  void itsStatementsAreValid() throws IOException {
    write("warehouse.yml", "name: t\nlake: lake\n");
    write(
        "sources/shop.yml",
        """
        kind: cdc
        engine: postgres
        host: h
        port: 1
        database: d
        user: u
        password: ${env:P}
        tables: [public.customers, public.clicks]
        """);
    int statements = 0;
    Matcher matcher = STATEMENT.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      statements++;
      write("staging/" + matcher.group(2) + ".sql", matcher.group(1));
    }
    Validation read =
        WarehouseFolder.read(
            folder,
            (source, resource) -> Optional.ofNullable(RAW.get(resource)),
            new WarehouseFolder.Reading(Map.of("P", "p"), false));
    assertThat(read.problems()).isEmpty();
    assertThat(statements).isEqualTo(3);
    assertThat(read.orThrow().stagingTables())
        .extracting(StagingTable::rows)
        .doesNotHaveDuplicates();
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, text);
  }
}
