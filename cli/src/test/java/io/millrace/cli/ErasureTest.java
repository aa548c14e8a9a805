package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.ShardPosition;
import io.millrace.lake.ShardPositions;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.WarehouseFolder.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureTest {
  private static final Map<String, String> ROWS =
      Map.of(
          "staging.people", "(VALUES (8, 'b')) t(id, name)",
          "staging.orders", "(VALUES (1, 7), (2, 8)) t(order_id, buyer)",
          "dim.person",
              """
              (VALUES (-3, NULL, 'x', TIMESTAMPTZ '1900-01-01', TIMESTAMPTZ '9999-12-31', true),
                      (71, 7, 'a', '1900-01-01', '2026-01-01', false),
                      (72, 7, 'A', '2026-01-01', '2026-02-01', false),
                      (81, 8, 'b', '1900-01-01', '9999-12-31', true),
                      (91, 9, 'c', '1900-01-01', '9999-12-31', true))
              t(person_sk, id, name, valid_from, valid_to, is_current)
              """,
          "marts.sales", "(VALUES (1, 72), (2, 81)) t(order_id, buyer_sk)",
          "marts.people", "(VALUES (7, 1)) t(id, n)");

  @TempDir Path directory;
  private Warehouse warehouse;

  @BeforeEach
  void fill() throws IOException, SQLException {
    write("warehouse.yml", "name: mine\nlake: ./lake\n");
    write(
        "sources/shop.yml",
        """
        kind: api
        base-url: http://localhost:1
        resources:
          - name: orders
            path: /orders
            key: order_id
            columns: {order_id: BIGINT, buyer: BIGINT}
          - name: people
            path: /people
            key: id
            columns: {id: BIGINT, name: VARCHAR}
        """);
    write(
        "staging/orders.sql",
        "CREATE STAGING TABLE staging.orders KEYS (order_id) AS SELECT * FROM raw.shop.orders");
    write(
        "staging/people.sql",
        "CREATE STAGING TABLE staging.people KEYS (id) AS SELECT * FROM raw.shop.people");
    write(
        "dimensions/person.sql",
        "CREATE DIMENSION dim.person KEYS (id) STORED AS SCD TYPE 2 AS SELECT * FROM"
            + " staging.people");
    write(
        "marts/sales.sql",
        "CREATE DYNAMIC TABLE marts.sales AS SELECT order_id, lookup(dim.person, buyer) AS buyer_sk"
            + " FROM staging.orders");
    write(
        "marts/people.sql",
        "CREATE DYNAMIC TABLE marts.people AS SELECT buyer AS id, count(*) AS n FROM staging.orders"
            + " GROUP BY buyer");
    read();
    fillLake();
  }

  private void read() {
    warehouse =
        WarehouseFolder.read(directory, (s, r) -> Optional.empty(), new Reading(Map.of(), false))
            .orThrow();
  }

  private void fillLake() throws SQLException {
    Path root = directory.resolve("lake");
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      for (Table table : warehouse.tables()) {
        var _ =
            lake.create(
                table.name(),
                TableSpec.of(table.schema()),
                Watermark.at(0, "d"),
                duck,
                "FROM " + ROWS.get(table.name().toString()));
      }
    }
    ShardPositions positions = new ShardPositions(root);
    positions.write(
        new ShardPosition(
            "staging", 0, 0, Map.of(), List.of("staging.people", "staging.orders"), Map.of()));
    positions.write(
        new ShardPosition("dimension", 0, 0, Map.of(), List.of("dim.person"), Map.of()));
    positions.write(
        new ShardPosition(
            "marts",
            0,
            0,
            Map.of(),
            List.of("marts.sales", "marts.people"),
            Map.of("marts.sales", List.of(0L), "marts.people", List.of(0L))));
  }

  @Test
  void saysWhereTheKeyIsAndWhenItIsGoneButNotTheKey() throws IOException {
    Erasure erasure = erasure("7");
    Erasure.Rows rows = erasure.rows();
    assertThat(rows.surrogateKeys()).containsExactlyInAnyOrder(71L, 72L);
    assertThat(rows.ordered()).as("the key of a row that facts alone would bring").hasSize(1);
    assertThat(rows.current()).isFalse();
    assertThat(rows.cut()).isZero();
    List<Erasure.Place> places =
        erasure.places(rows, new LetterSearch.Found(List.of("a/0/1/decode"), 2));
    assertThat(places)
        .extracting(Erasure.Place::place)
        .startsWith("dim.person", "marts.people", "marts.sales")
        .contains("dead letters", "the cut log")
        .doesNotContain("staging.people");
    assertThat(places.get(0).what()).startsWith("2 rows are erased");
    assertThat(places.get(1).what()).startsWith("1 rows hold the key in (id)");
    assertThat(places.get(2).what()).startsWith("1 rows point to it").endsWith("(buyer_sk)");
    assertThat(places)
        .anySatisfy(p -> {
          assertThat(p.place()).startsWith("topics of dim.person, staging.people, marts.sales");
          assertThat(p.place()).endsWith("raw.shop.people");
          assertThat(p.gone()).isEqualTo("after 7 days");
        });
    assertThat(places)
        .filteredOn(p -> p.place().equals("dead letters"))
        .singleElement()
        .extracting(Erasure.Place::what)
        .asString()
        .startsWith("1 of staging.people hold it in their keys (a/0/1/decode)")
        .endsWith("2 cannot be read and may");
    assertThat(Erasure.lines(places)).noneMatch(line -> line.contains("72"));
    assertThat(Erasure.json(places)).contains("\"gone\"");
  }

  @Test
  void aMemberThatTheInputStillHoldsIsCurrent() {
    assertThat(erasure("8").rows().current()).isTrue();
    assertThat(erasure("10").rows().surrogateKeys()).isEmpty();
  }

  /** A table that was just declared, one that shows no cut yet, one of another statement. */
  @Test
  void tablesThatCannotBeReadKeepNobodyFromBeingErased() throws IOException {
    write("marts/later.sql", "CREATE DYNAMIC TABLE marts.later AS SELECT id FROM staging.people");
    write(
        "marts/sales.sql",
        "CREATE DYNAMIC TABLE marts.sales AS SELECT order_id, buyer AS id, lookup(dim.person,"
            + " buyer) AS buyer_sk FROM staging.orders");
    read();
    new ShardPositions(directory.resolve("lake"))
        .write(
            new ShardPosition(
                "marts",
                0,
                5,
                Map.of(),
                List.of("marts.sales", "marts.people"),
                Map.of("marts.sales", List.of(0L), "marts.people", List.of(0L))));
    Erasure erasure = erasure("7");
    List<Erasure.Place> places =
        erasure.places(erasure.rows(), new LetterSearch.Found(List.of(), 0));
    assertThat(places).extracting(Erasure.Place::place).doesNotContain("marts.later");
    assertThat(places)
        .filteredOn(p -> p.place().equals("marts.sales"))
        .extracting(Erasure.Place::what)
        .satisfiesExactlyInAnyOrder(
            what -> assertThat(what).startsWith("1 rows point to it"),
            what -> assertThat(what).startsWith("may hold the key in (id)").contains("CLI-004"));
  }

  @Test
  void whereDeletesAreIgnoredTheInputsRowsTell() throws IOException {
    write(
        "dimensions/person.sql",
        "CREATE DIMENSION dim.person KEYS (id) STORED AS SCD TYPE 2 APPLY AS DELETE IGNORE AS"
            + " SELECT * FROM staging.people");
    read();
    assertThat(erasure("8").rows().current()).isTrue();
    assertThat(erasure("9").rows().current()).isFalse();
  }

  @Test
  void aKeyHasAValueForEachColumn() {
    assertThatThrownBy(() -> erasure("7", "x")).hasMessageContaining("1 columns (id)");
  }

  private Erasure erasure(String... values) {
    Dimension dimension = warehouse.dimensions().getFirst();
    return new Erasure(warehouse, directory.resolve("lake").toString(), dimension, List.of(values));
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }
}
