package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.raw.FolderSchemas;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
  private static final Schema ORDERS =
      AvroRows.record(
          "x",
          "orders",
          new RowSchema(List.of(new Column("id", DataType.Simple.BIGINT, false)), List.of("id")));

  @TempDir Path directory;

  @BeforeEach
  void aWarehouseWithADatabase() throws IOException {
    Files.writeString(directory.resolve("warehouse.yml"), "name: mine\nlake: ./lake\n");
    write(
        "sources/shop.yml",
        """
        kind: cdc
        engine: postgres
        host: 127.0.0.1
        port: ${env:SHOP_PORT}
        database: shop
        user: shop
        password: ${env:SHOP_PASSWORD}
        tables:
          - public.orders
        """);
    write(
        "staging/orders.sql",
        "CREATE STAGING TABLE staging.orders KEYS (id) AS SELECT id FROM raw.shop.orders;");
  }

  @Test
  void needsNoVariablesOfSourcesAfterARunThatKeptTheirColumns() throws Exception {
    new FolderSchemas(directory).keep("shop", "orders", ORDERS);
    assertThat(new Folder(directory, Map.of()).warehouse(Optional.of(ended())).tables())
        .extracting(Table::name)
        .hasToString("[staging.orders]");
  }

  @Test
  void needsTheSourceWhenNothingWasKept() {
    assertThatThrownBy(() -> new Folder(directory, Map.of()).warehouse(Optional.of(ended())))
        .hasMessageContaining("SHOP_PASSWORD");
  }

  @Test
  void takesKeptColumnsWhileTheDatabaseDoesNotAnswer() throws Exception {
    Folder folder = new Folder(directory, nobodyListens());
    assertThat(folder.alone(false).problems())
        .singleElement()
        .matches(problem -> problem.code().equals(WarehouseError.WH_003_SOURCE_UNREACHABLE))
        .asString()
        .contains("staging/orders.sql:1", "127.0.0.1", "08001");
    new FolderSchemas(directory).keep("shop", "orders", ORDERS);
    assertThat(folder.alone(false).problems()).isEmpty();
  }

  @Test
  void tablesThatCouldNotBeAskedForAreNotChecked() throws Exception {
    new FolderSchemas(directory).keep("shop", "orders", ORDERS);
    Validation validation = new Folder(directory, nobodyListens()).checked(false);
    assertThat(validation.problems()).isEmpty();
    assertThat(validation.warehouse()).isPresent();
    assertThat(validation.unchecked())
        .singleElement()
        .asString()
        .startsWith("the tables of source shop: WH-003");
    assertThat(new Folder(directory, Map.of()).checked(true).unchecked())
        .noneMatch(what -> what.startsWith("the tables"));
  }

  @Test
  void aTableThatIngestRefusesIsAProblemOfItsLine() {
    SourceText source =
        new SourceText(
            Path.of("sources/shop.yml"),
            "database: log\ntables:\n  - table: public.catalog\n  - {table: log, resource: l}\n");
    MillraceException why =
        new MillraceException(
            IngestError.ING_006_PRIMARY_KEY_MISSING, "table public.log has none.");
    assertThat(Folder.problem(source, new CdcTable("l", "public", "log"), why))
        .hasToString("sources/shop.yml:4:13: ING-006 table public.log has none.");
  }

  private static Map<String, String> nobodyListens() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return Map.of(
          "SHOP_PORT", Integer.toString(free.getLocalPort()), "SHOP_PASSWORD", "not this one");
    }
  }

  private RunFile ended() throws IOException, InterruptedException {
    Process launcher = new ProcessBuilder("true").start();
    launcher.waitFor();
    return new RunFile(
        launcher.pid(), directory.toString(), directory + "/lake", "k:1", "http://r", Map.of());
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(directory.resolve(file).getParent());
    Files.writeString(directory.resolve(file), text);
  }
}
