package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cli.ServiceCalls;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changed statements, orders that rebuild, rewind and erase, and snapshots that replace one
 * another, over the dimensions of {@link DimensionKindsIT}, on one line, in this order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DimensionOrdersIT {
  private KindsLine kinds;

  @BeforeAll
  void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    kinds = new KindsLine(folder);
    kinds.start();
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction(
          "UPDATE customer SET segment = 'BUILDING', updated_at = '2026-02-01' WHERE id = 1",
          "UPDATE customer SET city = 'Bern', updated_at = '2026-02-01' WHERE id = 2");
      shop.transaction("DELETE FROM customer WHERE id = 5");
    }
    kinds.shown();
  }

  @AfterAll
  void stop() {
    kinds.close();
  }

  /** A column more in the input, one less in the statement, with a kill amid it. */
  @Test
  @Order(1)
  void makesNoVersionsOfColumnsThatComeAndGo() throws Exception {
    List<String> versions =
        kinds.rows(
            "customer_id, customer_sk, segment, " + KindsLine.VERSION,
            "dim.customer",
            "customer_sk > 0");
    List<String> names = kinds.rows("customer_id, name", "dim.customer", "customer_sk > 0");
    kinds.line.kill(Service.STAGING);
    kinds.line.kill(Service.DIMENSION);
    kinds.change("staging/customers.sql", "city, updated_at", "city, phone, updated_at");
    kinds.change(
        "dimensions/customer.sql", "customer_id, name, segment", "customer_id, phone, segment");
    kinds.change("dimensions/customer.sql", "(segment", "(phone, segment");
    kinds.line.start(Service.STAGING);
    kinds.line.awaitError(Service.STAGING, "SHD-002", KindsLine.LIMIT);
    assertThat(kinds.millrace("rebuild", "staging.customers")).contains("staging.customers");
    kinds.line.start(Service.DIMENSION);
    kinds.line.awaitError(Service.DIMENSION, "SHD-002", KindsLine.LIMIT);
    assertThat(kinds.millrace("rebuild", "dim.customer")).contains("dim.customer");
    kinds.line.kill(Service.DIMENSION);
    kinds.line.start(Service.DIMENSION);
    kinds.shown();
    assertThat(
            kinds.rows(
                "customer_id, customer_sk, segment, " + KindsLine.VERSION,
                "dim.customer",
                "customer_sk > 0"))
        .isEqualTo(versions);
    assertThat(kinds.rows("customer_id, name", "dim.customer", "customer_sk > 0")).isEqualTo(names);
    assertThat(kinds.rows("customer_id, phone", "dim.customer", "customer_id IN (1, 10)"))
        .containsExactly("1 null", "1 phone 1", "10 phone 10");
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction(
          "UPDATE customer SET phone = 'other', updated_at = '2026-06-01' WHERE id = 10");
    }
    kinds.shown();
    assertThat(
            kinds.rows("customer_id, name, phone, is_current", "dim.customer", "customer_id = 10"))
        .containsExactly("10 customer 10 phone 10 false", "10 null other true");
    kinds.everyTableIsRight();
  }

  /** From a cut on, moves are versions too. What was before it stays one version. */
  @Test
  @Order(2)
  void followsARewindToACutFromWhichOnMoreIsTracked() throws Exception {
    long cut;
    try (Truth truth = new Truth(kinds.line);
        Shop shop = new Shop(kinds.line)) {
      cut = truth.cutOf(TableName.parse("dim.customer"));
      shop.transaction(
          "UPDATE customer SET city = 'Chur', updated_at = '2026-04-01' WHERE id = 7",
          "INSERT INTO sale VALUES (1007, 7, 1, 'SHOP', 10, '2026-05-01')");
    }
    kinds.shown();
    assertThat(kinds.rows("city, is_current", "dim.customer", "customer_id = 7"))
        .containsExactly("Chur true");
    kinds.line.kill(Service.DIMENSION);
    kinds.change("dimensions/customer.sql", "segment)", "segment, city)");
    kinds.line.start(Service.DIMENSION);
    kinds.line.awaitStatus(
        Service.DIMENSION,
        KindsLine.LIMIT,
        "its tables",
        status -> status.path("tables").size() == 12);
    assertThat(kinds.millrace("rewind", "dim.customer", "--to", Long.toString(cut)))
        .startsWith("dim.customer goes back to " + cut);
    kinds.shown();
    assertThat(
            kinds.rows(
                "customer_id, city, " + KindsLine.VERSION, "dim.customer", "customer_id IN (2, 7)"))
        .containsExactly(
            "2 Bern 2026-01-01 9999-12-31 true",
            "7 Aarau 2026-01-01 2026-04-01 false",
            "7 Chur 2026-04-01 9999-12-31 true");
    try (Truth truth = new Truth(kinds.line)) {
      assertThat(
              truth.rows(
                  "SELECT c.city FROM %s s JOIN %s c USING (customer_sk) WHERE s.sale_id IN (6, 1007) ORDER BY s.sale_id"
                      .formatted(
                          KindsLine.view(truth, "marts.sales"),
                          KindsLine.view(truth, "dim.customer"))))
          .containsExactly("Aarau", "Chur");
    }
    kinds.everyTableIsRight();
  }

  /** The rows of a cut at which nobody was inferred are those of members that are known. */
  @Test
  @Order(3)
  void goesOnFromACutBeforeFactsBroughtMembers() throws Exception {
    long cut;
    try (Truth truth = new Truth(kinds.line)) {
      cut = truth.cutOf(TableName.parse("dim.buyer"));
    }
    kinds.line.kill(Service.DIMENSION);
    kinds.write(
        "marts/early.sql",
        "CREATE DYNAMIC TABLE marts.early KEYS (sale_id) AS SELECT sale_id, lookup(dim.buyer,"
            + " customer_id, on_no_match => 'INFER') AS buyer_sk FROM staging.sales");
    kinds.line.start(Service.DIMENSION);
    kinds.line.awaitError(Service.DIMENSION, "SHD-002", KindsLine.LIMIT);
    assertThat(kinds.millrace("rewind", "dim.buyer", "--to", Long.toString(cut)))
        .startsWith("dim.buyer goes back to " + cut);
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction(
          "INSERT INTO sale VALUES (1020, 300, 1, 'SHOP', 10, '2026-05-01')",
          "UPDATE customer SET segment = 'MACHINERY', updated_at = '2026-05-01' WHERE id = 8");
    }
    kinds.shown();
    assertThat(
            kinds.rows(
                "customer_id, segment, is_inferred, strftime(known_from, '%Y-%m-%d'), "
                    + KindsLine.VERSION,
                "dim.buyer",
                "customer_id IN (8, 9, 300)"))
        .containsExactly(
            "8 HOUSEHOLD false 2026-01-01 2026-01-01 2026-05-01 false",
            "8 MACHINERY false 2026-05-01 2026-05-01 9999-12-31 true",
            "9 HOUSEHOLD false 2026-01-01 2026-01-01 9999-12-31 true",
            "300 null true null 1900-01-01 9999-12-31 true");
    String columns = "customer_id, buyer_sk, segment, is_deleted, is_inferred, known_from";
    List<String> rewound = kinds.rows(columns, "dim.buyer", "true");
    kinds.millrace("rebuild", "dim.buyer");
    kinds.shown();
    assertThat(kinds.rows(columns, "dim.buyer", "true")).as("rebuilt").isEqualTo(rewound);
  }

  /** Customer 5 was deleted; sales that name the customer stay. */
  @Test
  @Order(4)
  void whoWasErasedStaysErasedThroughARebuildAndWithFacts() throws Exception {
    List<String> tables = List.of("dim.account", "dim.account_history", "dim.visitor");
    for (String table : tables) {
      assertThat(kinds.rows("is_current", table, "customer_id = 5"))
          .as(table)
          .containsOnly("false");
    }
    assertThat(kinds.millrace("erase", "dim.account", "--key", "5"))
        .contains("dim.account ", "dim.account_history ");
    kinds.millrace("erase", "dim.visitor", "--key", "5");
    for (String table : tables) {
      assertThat(kinds.rows("customer_id", table, "customer_id = 5")).as(table).isEmpty();
      kinds.millrace("rebuild", table);
    }
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction("UPDATE sale SET amount = amount + 1 WHERE customer_id = 5");
    }
    kinds.shown();
    for (String table : tables) {
      assertThat(kinds.rows("customer_id", table, "customer_id = 5")).as(table).isEmpty();
    }
  }

  /** A changed statement whose order cannot be carried out waits for one that can. */
  @Test
  @Order(5)
  void carriesOutTheOrderThatComesAfterOneThatItRefused() throws Exception {
    List<String> members = kinds.rows("segment_sk, segment, old_segment", "dim.segment", "true");
    kinds.line.kill(Service.DIMENSION);
    kinds.change("dimensions/segment.sql", "KEYS (customer_id)", "KEYS (member)");
    kinds.change("dimensions/segment.sql", "SELECT customer_id", "SELECT customer_id AS member");
    kinds.line.start(Service.DIMENSION);
    kinds.line.awaitError(Service.DIMENSION, "SHD-002", KindsLine.LIMIT);
    kinds.millrace("rewind", "dim.segment", "--to", "20");
    kinds.line.awaitError(Service.DIMENSION, "DIM-010", KindsLine.LIMIT);
    assertThat(kinds.millrace("rebuild", "dim.segment", "--wait"))
        .contains("dim.segment is right through cut");
    assertThat(kinds.rows("segment_sk, segment, old_segment", "dim.segment", "true"))
        .isEqualTo(members);
    assertThat(kinds.rows("segment_sk", "dim.segment", "member IS NULL")).isEmpty();
  }

  /** The source is emptied and filled again; an order comes in between. */
  @Test
  @Order(6)
  void goesOnWithTheSnapshotBehindAnEmptyOne() throws Exception {
    String columns = "customer_id, place_sk, city, is_current";
    kinds.line.kill(Service.DIMENSION);
    kinds.write(
        "dimensions/place.sql",
        "CREATE DIMENSION dim.place FROM SNAPSHOT KEYS (customer_id) SURROGATE KEY place_sk"
            + " STORED AS SCD TYPE 2 AS SELECT customer_id, city FROM staging.customers");
    kinds.line.start(Service.DIMENSION);
    kinds.line.awaitStatus(
        Service.DIMENSION, KindsLine.LIMIT, "opens", s -> s.toString().contains("dim.place"));
    kinds.shown();
    List<String> members = kinds.rows(columns, "dim.place", "customer_id <> 3");
    assertThat(members).hasSizeGreaterThan(20);
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction("CREATE TABLE kept AS SELECT * FROM customer", "DELETE FROM customer");
      kinds.line.awaitError(Service.DIMENSION, "DIM-006", KindsLine.LIMIT);
      assertThat(kinds.millrace("rebuild", "dim.place")).contains("dim.place");
      shop.transaction("INSERT INTO customer SELECT * FROM kept WHERE id <> 3");
    }
    kinds.shown();
    assertThat(kinds.rows(columns, "dim.place", "customer_id <> 3")).isEqualTo(members);
    assertThat(kinds.rows("city, is_current", "dim.place", "customer_id = 3"))
        .containsExactly("Aarau false");
    kinds.millrace("rebuild", "dim.place");
    kinds.shown();
    assertThat(kinds.rows(columns, "dim.place", "customer_id <> 3"))
        .as("rebuilt")
        .isEqualTo(members);
  }

  @Test
  @Order(7)
  void saysWhyAnOrderIsRefused() throws Exception {
    try (ServiceCalls calls = new ServiceCalls(kinds.line.run())) {
      assertThatThrownBy(() -> calls.rewind(TableName.parse("dim.customer"), "999999"))
          .hasMessageContaining("there is no cut 999999 yet");
    }
  }

  /** One table replaces its rows without being asked, the other has none to replace. */
  @Test
  @Order(8)
  void takesChangedStatementsOfDynamicTablesThatNeedNoOrder() throws Exception {
    kinds.line.kill(Service.MARTS);
    kinds.write(
        "marts/segments.sql",
        "CREATE OR REPLACE DYNAMIC TABLE marts.segments TARGET_LAG = '5 seconds' AS"
            + " SELECT segment, count(*) AS n FROM staging.customers GROUP BY segment");
    kinds.write(
        "marts/later.sql",
        "CREATE DYNAMIC TABLE marts.later TARGET_LAG = '300 days' INITIALIZE = ON_SCHEDULE AS"
            + " SELECT customer_id FROM staging.customers");
    kinds.line.start(Service.MARTS);
    kinds.line.awaitStatus(
        Service.MARTS,
        KindsLine.LIMIT,
        "fills",
        s -> through(s, "marts.segments") >= 0 && s.toString().contains("marts.later"));
    kinds.line.kill(Service.MARTS);
    kinds.change("marts/segments.sql", "AS n", "AS n, max(customer_id) AS newest");
    kinds.change("marts/later.sql", "'300 days' INITIALIZE = ON_SCHEDULE", "'5 seconds'");
    kinds.change("marts/later.sql", "SELECT customer_id", "SELECT customer_id, name");
    kinds.line.start(Service.MARTS);
    kinds.shown();
    assertThat(kinds.rows("newest", "marts.segments", "n > 0")).isNotEmpty().doesNotContain("null");
    assertThat(kinds.rows("name", "marts.later", "true")).isNotEmpty();
    assertThat(kinds.line.status(Service.MARTS).orElseThrow().toString()).doesNotContain("SHD-002");
  }

  private static long through(JsonNode status, String table) {
    for (JsonNode one : status.path("tables")) {
      if (one.path("table").asText().equals(table)) {
        return one.path("through").asLong();
      }
    }
    return -1;
  }
}
