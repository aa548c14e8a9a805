package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A folder with a table and one that reads it, both in the lake; nothing runs. */
class DropCommandTest {
  private static final TableName NAME = TableName.parse("marts.n");

  @TempDir Path directory;
  private final StringWriter said = new StringWriter();

  @BeforeEach
  void aWarehouse() throws IOException, SQLException {
    write("warehouse.yml", "name: mine\nlake: " + directory.resolve("lake") + "\n");
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
    write(
        "marts/n.sql", "CREATE DYNAMIC TABLE marts.n AS SELECT count(*) AS n FROM staging.orders");
    write("marts/below.sql", "CREATE DYNAMIC TABLE marts.below AS SELECT n FROM marts.n");
    try (Lake lake = new Lake(directory.resolve("lake"));
        DuckDb duckDb = DuckDb.inMemory(directory.resolve(".spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      RowSchema schema =
          new RowSchema(List.of(new Column("n", DataType.Simple.BIGINT, true)), List.of());
      var _ =
          lake.create(
              NAME, TableSpec.of(schema), Watermark.at(0, "d"), duck, "SELECT 1::BIGINT AS n");
    }
  }

  @Test
  void aTableThatTheFolderStillSaysIsNotDropped() throws IOException {
    assertThat(drop()).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("CLI-011").contains("still in the folder");
    assertThat(exists()).isTrue();
  }

  @Test
  void aTableThatAnotherStatementReadsIsNotDropped() throws IOException {
    Files.delete(directory.resolve("marts/n.sql"));
    assertThat(drop()).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("CLI-011").contains("below.sql");
    assertThat(exists()).isTrue();
  }

  @Test
  void aTableThatNothingSaysOrReadsIsDeletedWithAllItsFiles() throws IOException {
    Files.delete(directory.resolve("marts/below.sql"));
    Files.delete(directory.resolve("marts/n.sql"));
    assertThat(drop()).as(said.toString()).isEqualTo(ExitCode.OK);
    assertThat(said.toString()).contains("marts.n is deleted").contains("mine.marts.n");
    assertThat(exists()).isFalse();
    try (Stream<Path> files = Files.walk(directory.resolve("lake/marts/n"))) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
    assertThat(drop()).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("CLI-006");
  }

  @Test
  void whatAnInterruptedDropHasLeftIsDeletedByAnother() throws IOException {
    Files.delete(directory.resolve("marts/below.sql"));
    Files.delete(directory.resolve("marts/n.sql"));
    Path table = directory.resolve("lake/marts/n");
    try (Stream<Path> log = Files.walk(table.resolve("_delta_log"))) {
      for (Path file : log.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    assertThat(drop()).as(said.toString()).isEqualTo(ExitCode.OK);
    try (Stream<Path> files = Files.walk(table)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  private boolean exists() {
    try (Lake lake = new Lake(directory.resolve("lake"))) {
      return lake.exists(NAME);
    }
  }

  private int drop() {
    PrintWriter out = new PrintWriter(said, true);
    CommandLine command = Main.commandLine().setOut(out).setErr(out);
    return command.execute("drop", NAME.toString(), "--dir", directory.toString());
  }

  private void write(String file, String content) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, content);
  }
}
