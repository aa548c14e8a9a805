package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreateCommandTest {
  private static final String N = "CREATE DYNAMIC TABLE marts.n AS SELECT id FROM staging.orders";

  @TempDir Path directory;
  private final StringWriter said = new StringWriter();

  @BeforeEach
  void aWarehouse() throws IOException {
    write("w/warehouse.yml", "name: mine\nlake: ./lake\n");
    write(
        "w/sources/shop.yml",
        "kind: api\nbase-url: http://localhost:1\nresources:\n"
            + "  - {name: orders, path: /orders, key: id, columns: {id: BIGINT}}\n");
    write(
        "w/staging/orders.sql",
        "CREATE STAGING TABLE staging.orders KEYS (id) AS SELECT * FROM raw.shop.orders");
  }

  @Test
  void aStatementIsPutInItsPlaceEvenIfItIsTheFirstThere() throws IOException {
    assertThat(create(N)).isZero();
    assertThat(Files.readString(directory.resolve("w/marts/n.sql"))).isEqualTo(N);
    assertThat(
            create(
                "CREATE DIMENSION dim.o KEYS (id) STORED AS SCD TYPE 1 AS SELECT id FROM"
                    + " staging.orders"))
        .isZero();
    assertThat(directory.resolve("w/dimensions/o.sql")).exists();
  }

  @Test
  void whatTheFolderDoesNotAllowIsNotWritten() throws IOException {
    assertThat(create(N.replace("SELECT id", "SELECT idd"))).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("marts/n.sql:1:", "WH-036", "nothing is written");
    assertThat(create(N + "; GROUP BY id")).isEqualTo(ExitCode.FAILED);
    assertThat(create("DROP TABLE marts.n")).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("WH-020");
    assertThat(directory.resolve("w/marts")).doesNotExist();
  }

  @Test
  void aFileThatIsNotThereIsSaidInOneLine() {
    assertThat(run("create", directory.resolve("w").toString(), "-f", "nowhere.sql")).isEqualTo(2);
    assertThat(said.toString()).startsWith("--file nowhere.sql is no file of UTF-8 text");
  }

  @Test
  void aStatementThatClosesACircleIsRefused() throws IOException {
    assertThat(create(N)).isZero();
    assertThat(create(N.replace("marts.n", "marts.m").replace("staging.orders", "marts.n")))
        .isZero();
    assertThat(
            create(N.replace("CREATE", "CREATE OR REPLACE").replace("staging.orders", "marts.m")))
        .isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("WH-042");
    assertThat(Files.readString(directory.resolve("w/marts/n.sql"))).isEqualTo(N);
  }

  @Test
  void aTableThatIsThereIsReplacedOnlyWhereTheStatementSaysSo() throws IOException {
    assertThat(create(N)).isZero();
    String other = N.replace("SELECT id", "SELECT id, 1 AS one");
    assertThat(create(other)).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("WH-014 the folder has this table");
    String replace = other.replace("CREATE", "CREATE OR REPLACE");
    assertThat(create(replace)).isZero();
    assertThat(Files.readString(directory.resolve("w/marts/n.sql"))).isEqualTo(replace);
  }

  private int create(String statement) throws IOException {
    write("statement.sql", statement);
    return run(
        "create",
        directory.resolve("w").toString(),
        "-f",
        directory.resolve("statement.sql").toString());
  }

  private int run(String... arguments) {
    PrintWriter out = new PrintWriter(said);
    return Main.commandLine().setOut(out).setErr(out).execute(arguments);
  }

  private void write(String file, String content) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, content);
  }
}
