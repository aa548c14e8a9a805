package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

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

class AlterCommandTest {
  private static final String MART =
      "CREATE DYNAMIC TABLE marts.n\n"
          + "  TARGET_LAG = '5 minutes'\n"
          + "AS SELECT count(*) AS n FROM staging.orders\n";

  @TempDir Path directory;
  private final StringWriter said = new StringWriter();

  @BeforeEach
  void aWarehouse() throws IOException {
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
            columns: {id: BIGINT}
        """);
    write(
        "staging/orders.sql",
        "CREATE STAGING TABLE staging.orders KEYS (id) AS SELECT * FROM raw.shop.orders");
    write("marts/n.sql", MART);
  }

  @Test
  void propertiesAreSetInTheTablesFile() throws IOException {
    assertThat(alter("marts.n", "TARGET_LAG=10 seconds", "refresh_mode=FULL")).isZero();
    assertThat(mart())
        .isEqualTo(
            MART.replace("5 minutes", "10 seconds")
                .replace("AS SELECT", "REFRESH_MODE = FULL\nAS SELECT"));
  }

  @Test
  void whatTheFolderDoesNotAllowIsNotWritten() throws IOException {
    assertThat(alter("marts.n", "TARGET_LAG=soon")).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("WH-024");
    assertThat(mart()).isEqualTo(MART);
  }

  @Test
  void aProblemThatWasThereBeforeKeepsNothingFromBeingSet() throws IOException {
    write("marts/n.sql", MART.replace("count(*) AS n", "coun(*) AS n"));
    assertThat(alter("marts.n", "COMMENT=moves the query a line down")).isZero();
    assertThat(mart()).contains("COMMENT = 'moves the query a line down'\nAS SELECT coun(*)");
  }

  @Test
  void nothingButTheTablesFileIsLeft() throws IOException {
    assertThat(alter("marts.n", "REFRESH_MODE=FULL")).isZero();
    assertThat(alter("marts.n", "TARGET_LAG=soon")).isEqualTo(ExitCode.FAILED);
    try (Stream<Path> files = Files.list(directory.resolve("marts"))) {
      assertThat(files.map(f -> f.getFileName().toString())).containsExactly("n.sql");
    }
  }

  @Test
  void whatIsNoPropertyOrNoDynamicTableIsRefused() throws IOException {
    assertThat(alter("marts.n", "KEYS=(n)")).isEqualTo(2);
    assertThat(alter("marts.other", "TARGET_LAG=1 minute")).isEqualTo(2);
    assertThat(alter("staging.orders", "COMMENT=x")).isEqualTo(2);
    assertThat(mart()).isEqualTo(MART);
  }

  private int alter(String table, String... properties) {
    PrintWriter out = new PrintWriter(said);
    String[] arguments =
        Stream.concat(
                Stream.of("alter", directory.toString(), table),
                Stream.of(properties).flatMap(p -> Stream.of("--set", p)))
            .toArray(String[]::new);
    CommandLine command = Main.commandLine().setOut(out).setErr(out);
    return command.execute(arguments);
  }

  private String mart() throws IOException {
    return Files.readString(directory.resolve("marts/n.sql"));
  }

  private void write(String file, String content) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, content);
  }
}
