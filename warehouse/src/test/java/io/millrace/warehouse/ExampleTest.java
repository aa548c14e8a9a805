package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.warehouse.WarehouseFolder.Reading;
import io.millrace.warehouse.raw.RawSchemas;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.CdcSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExampleTest {
  private static final Path SHOP = Path.of("../examples/shop");

  private static Validation read(Map<String, String> env, boolean offline, RawSchemas schemas) {
    return WarehouseFolder.read(SHOP, schemas, new Reading(env, offline));
  }

  private static Warehouse shop() {
    return read(Map.of(), false, new ShopSchemas()).orThrow();
  }

  @Test
  void shopIsValidOfflineWhenItsRawSchemasAreGiven() {
    Validation validation = read(Map.of(), true, new ShopSchemas());
    assertThat(validation.problems()).map(Object::toString).isEmpty();
    assertThat(validation.unchecked()).isEmpty();
    assertThat(validation.orThrow().tables()).hasSize(19);
  }

  @Test
  void offlineSaysWhatItCouldNotCheck() {
    Validation validation = read(Map.of(), true, RawSchemas.NONE);
    assertThat(validation.problems()).isEmpty();
    assertThat(validation.unchecked())
        .hasSize(8)
        .contains("staging.orders and what reads it: the raw schema of shop.orders is not known");
    assertThat(validation.warehouse()).isEmpty();
  }

  @Test
  void aSourceThatDoesNotAnswerIsAProblemWithItsOwnCode() {
    RawSchemas down =
        (source, resource) -> {
          throw new MillraceException(WarehouseError.WH_003_SOURCE_UNREACHABLE, "it is down.");
        };
    assertThat(read(Map.of(), false, down).problems().getFirst())
        .hasToString("staging/customer.sql:12:9: WH-003 it is down.");
  }

  @Test
  void onlineItWaitsForRawSchemas() {
    Validation validation = read(Map.of(), false, RawSchemas.NONE);
    assertThat(validation.problems()).hasSize(8);
    assertThat(validation.waitsFor(WarehouseError.WH_002_RAW_SCHEMA_UNKNOWN)).isTrue();
  }

  @Test
  void inputsComeBeforeTheTablesThatReadThem() {
    Warehouse shop = shop();
    List<TableName> order = shop.tables().stream().map(Table::name).toList();
    for (Table table : shop.tables()) {
      assertThat(order.subList(0, order.indexOf(table.name()))).containsAll(table.inputs());
    }
    assertThat(shop.readersOf(TableName.parse("marts.order_lines")))
        .map(t -> t.name().toString())
        .containsExactly("marts.revenue_by_segment_month");
  }

  @Test
  void theDatabaseSourceTakesItsPlaceFromTheEnvironment() {
    Warehouse shop =
        read(Map.of("SHOP_HOST", "db", "SHOP_PORT", "5433"), false, new ShopSchemas()).orThrow();
    CdcSource source = (CdcSource) shop.source("shop").orElseThrow();
    assertThat(source.host() + ":" + source.port()).isEqualTo("db:5433");
    assertThat(source.password().reference()).isEqualTo("${env:SHOP_PASSWORD}");
    assertThat(source.slot()).isEqualTo("millrace_shop_shop");
    assertThat(source.tables())
        .hasSize(8)
        .contains(new CdcSource.CdcTable("orders", "public", "orders"));
  }

  @Test
  void theApiSourceIsReadAsWritten() {
    ApiSource source = (ApiSource) shop().source("github").orElseThrow();
    assertThat(source.baseUrl()).isEqualTo(URI.create("https://api.github.com"));
    ApiResource repositories = source.resources().getFirst();
    assertThat(repositories.parameters()).containsEntry("org", "apache");
    assertThat(repositories.query()).containsEntry("per_page", "100");
    assertThat(repositories.schema().key()).containsExactly("id");
    assertThat(repositories.cursor().orElseThrow())
        .isEqualTo(
            new ApiSource.Cursor(
                "updated_at",
                "2000-01-01T00:00:00Z",
                java.util.Optional.empty(),
                Duration.ofMinutes(1),
                java.util.Optional.of(ApiSource.Order.DESC)));
    ApiResource issues = source.resources().getLast();
    assertThat(issues.parent().orElseThrow().parameters()).containsEntry("repo", "name");
    assertThat(issues.cursor().orElseThrow().parameter()).contains("since");
    assertThat(issues.fields())
        .contains(
            new ApiSource.Field(
                new Column("is_pull_request", DataType.Simple.BOOLEAN, true),
                "/pull_request",
                true));
  }

  @Test
  void aDimensionAddsItsSystemColumns() {
    Dimension customer = shop().dimensions().getFirst();
    assertThat(customer.schema().names())
        .startsWith("customer_sk", "customer_key")
        .endsWith("valid_from", "valid_to", "is_current");
    assertThat(customer.schema().key()).containsExactly("customer_sk");
    assertThat(customer.tracked()).containsExactly("address", "nation_key", "segment");
    assertThat(customer.sequenceBy()).contains("updated_at");
    assertThat(customer.attributes().key()).containsExactly("customer_key");
  }

  @Test
  void theFactIsKeyedByItsOrderLine() {
    Table lines = shop().table(TableName.parse("marts.order_lines")).orElseThrow();
    assertThat(lines.schema().key()).containsExactly("order_key", "line_number");
    assertThat(((DynamicTable) lines).lookups()).hasSize(2);
  }
}
