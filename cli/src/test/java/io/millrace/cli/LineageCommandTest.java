package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LineageCommandTest {
  @TempDir Path directory;

  @BeforeEach
  void aFactWithADimensionInTwoRolesAndOneThatIsNotUsed() throws IOException {
    write("warehouse.yml", "name: mine\nlake: ./lake\n");
    write(
        "sources/shop.yml",
        """
        kind: api
        base-url: http://localhost:1
        resources:
          - name: orders
            path: /orders
            key: id
            columns: {id: BIGINT, buyer: BIGINT, payer: BIGINT, ordered_at: TIMESTAMPTZ}
          - name: people
            path: /people
            key: id
            columns: {id: BIGINT, name: VARCHAR}
        """);
    write(
        "staging/orders.sql",
        "CREATE STAGING TABLE staging.orders KEYS (id) AS SELECT * FROM raw.shop.orders");
    write(
        "staging/people.sql",
        "CREATE STAGING TABLE staging.people KEYS (id) AS SELECT * FROM raw.shop.people");
    for (String name : new String[] {"person", "unused"}) {
      write(
          "dimensions/" + name + ".sql",
          "CREATE DIMENSION dim.%s KEYS (id) STORED AS SCD TYPE 2 AS SELECT * FROM staging.people"
              .formatted(name));
    }
    write(
        "marts/sales.sql",
        """
        CREATE DYNAMIC TABLE marts.sales KEYS (id) FACT TRANSACTION
        AS SELECT id, lookup(dim.person, buyer, as_of => ordered_at) AS buyer_sk,
                  lookup(dim.person, payer, on_null => 'NOT_APPLICABLE') AS payer_sk
           FROM staging.orders
        """);
    write("marts/n.sql", "CREATE DYNAMIC TABLE marts.n AS SELECT count(*) AS n FROM marts.sales");
  }

  @Test
  void theBusMatrixNamesTheRolesOfEachDimension() {
    assertThat(run("--bus-matrix"))
        .isEqualTo(
            """
            fact         kind         grain  dim.person          dim.unused
            -----------  -----------  -----  ------------------  ----------
            marts.sales  transaction  id     buyer_sk, payer_sk
            """);
  }

  @Test
  void theBusMatrixCanBeReadByPrograms() throws IOException {
    JsonNode matrix = new ObjectMapper().readTree(run("--bus-matrix", "-o", "json"));
    assertThat(matrix.path("dimensions")).hasSize(2);
    JsonNode fact = matrix.path("facts").path(0);
    assertThat(fact.path("fact").asText()).isEqualTo("marts.sales");
    JsonNode payer = fact.path("lookups").path(1);
    assertThat(payer.path("column").asText()).isEqualTo("payer_sk");
    assertThat(payer.path("on_null").asText()).isEqualTo("NOT_APPLICABLE");
    assertThat(payer.path("as_of").asBoolean()).isFalse();
  }

  @Test
  void lineageNamesWhatEachTableIsMadeFrom() {
    assertThat(run().lines().map(String::stripTrailing))
        .contains(
            "dim.person      staging.people",
            "marts.n         marts.sales",
            "marts.sales     dim.person, staging.orders",
            "staging.orders  raw.shop.orders");
  }

  private String run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = Main.commandLine().setOut(new PrintWriter(out));
    String[] all =
        Stream.concat(Stream.of("lineage", directory.toString()), Stream.of(arguments))
            .toArray(String[]::new);
    assertThat(command.execute(all)).as("%s", out).isEqualTo(ExitCode.OK);
    return out.toString();
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }
}
