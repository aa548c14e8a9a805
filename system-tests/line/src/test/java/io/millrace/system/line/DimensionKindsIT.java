package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Main;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every kind of dimension and the facts that look them up, on one line, in this order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DimensionKindsIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Path RESOURCES = Path.of("src/test/resources").toAbsolutePath();
  private static final String VERSION =
      "strftime(valid_from, '%Y-%m-%d'), strftime(valid_to, '%Y-%m-%d'), is_current";

  private Line line;
  private Path statements;

  @BeforeAll
  void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    statements = folder.resolve("warehouse");
    LocalFolder.copy(RESOURCES.resolve("kinds"), statements);
    line = new Line(folder, statements);
    line.run().write(line.folder);
    try (Shop shop = new Shop(line)) {
      shop.transaction(Files.readString(RESOURCES.resolve("kinds.sql")));
    }
    line.startAll();
    shown();
  }

  @AfterAll
  void stop() {
    line.close();
  }

  @Test
  @Order(1)
  void showsEveryKindOfDimensionThroughAKill() throws Exception {
    List<String> keys = keys();
    assertThat(keys).hasSize(20);
    try (Shop shop = new Shop(line)) {
      shop.transaction(
          "UPDATE customer SET segment = 'BUILDING', updated_at = '2026-02-01' WHERE id = 1",
          "INSERT INTO sale VALUES (1001, 1, 1, 'SHOP', 10, '2026-02-02')");
      shop.transaction(
          "UPDATE customer SET city = 'Bern', updated_at = '2026-02-01' WHERE id = 2",
          "INSERT INTO product_change VALUES (101, 1, 'u', 'the first', 20, '2026-02-01')",
          "INSERT INTO stock SELECT '2026-01-02', i, CASE i WHEN 1 THEN 'B' ELSE 'A' END"
              + " FROM generate_series(1, 4) i");
      shown();
      line.kill(Service.DIMENSION);
      shop.transaction(
          "UPDATE customer SET segment = 'OLD', city = 'Olten', updated_at = '2025-06-01'"
              + " WHERE id = 4");
      shop.transaction("DELETE FROM customer WHERE id IN (5, 6)");
      line.awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), LIMIT);
      shop.transaction(
          "INSERT INTO product_change VALUES (102, 1, 'u', NULL, 15, '2026-01-15'),"
              + " (103, 2, 'd', NULL, NULL, '2026-02-01')",
          "INSERT INTO stock SELECT '2026-01-03', i, CASE i WHEN 1 THEN 'B' ELSE 'A' END"
              + " FROM generate_series(1, 5) i");
      line.start(Service.DIMENSION);
      shop.transaction(
          "INSERT INTO customer VALUES (6, 'customer 6', 'HOUSEHOLD', 'Aarau', clock_timestamp())",
          "INSERT INTO sale VALUES (1002, NULL, -5, 'GIFT', 0, '2026-02-02'),"
              + " (1003, 1, 1, 'SHOP', 10, '2025-01-01'), (1004, 1, 1, 'SHOP', 10, '2030-01-01')");
    }
    shown();
    assertThat(keys()).as("keys of before").containsAll(keys);
    assertThat(rows("customer_id, segment, " + VERSION, "dim.customer", "customer_id IN (1, 2, 4)"))
        .containsExactly(
            "1 HOUSEHOLD 2026-01-01 2026-02-01 false",
            "1 BUILDING 2026-02-01 9999-12-31 true",
            "2 HOUSEHOLD 2026-01-01 9999-12-31 true",
            "4 OLD 2025-06-01 2026-01-01 false",
            "4 HOUSEHOLD 2026-01-01 9999-12-31 true");
    assertThat(rows("customer_id, is_current", "dim.customer", "customer_id IN (5, 6)"))
        .containsExactly("5 false", "6 false", "6 true");
    assertThat(
            rows(
                "customer_id, segment, current_segment, is_current, is_deleted",
                "dim.buyer",
                "customer_id IN (1, 5)"))
        .containsExactly(
            "1 HOUSEHOLD BUILDING false false",
            "1 BUILDING BUILDING true false",
            "5 HOUSEHOLD HOUSEHOLD false true");
    assertThat(rows("customer_id, segment, city", "dim.account", "customer_id IN (1, 2, 4)"))
        .containsExactly("1 BUILDING Aarau", "2 HOUSEHOLD Bern", "4 HOUSEHOLD Aarau");
    assertThat(
            rows("customer_id, city, " + VERSION, "dim.account_history", "customer_id IN (2, 4)"))
        .containsExactly(
            "2 Aarau 2026-01-01 2026-02-01 false",
            "2 Bern 2026-02-01 9999-12-31 true",
            "4 Olten 2025-06-01 2026-01-01 false",
            "4 Aarau 2026-01-01 9999-12-31 true");
    assertThat(rows("customer_id, city, is_current", "dim.origin", "customer_id IN (2, 4, 5)"))
        .containsExactly("2 Aarau true", "4 Olten true", "5 Aarau true");
    assertThat(rows("customer_id, segment, old_segment", "dim.segment", "customer_id IN (1, 5, 6)"))
        .containsExactly("1 BUILDING HOUSEHOLD", "6 HOUSEHOLD null");
    assertThat(
            rows(
                "product_id, name, price, is_deleted, " + VERSION,
                "dim.product",
                "product_id IN (1, 2)"))
        .containsExactly(
            "1 product 1 10.00 false 2026-01-01 2026-01-15 false",
            "1 product 1 15.00 false 2026-01-15 2026-02-01 false",
            "1 the first 20.00 false 2026-02-01 9999-12-31 true",
            "2 product 2 10.00 true 2026-01-01 2026-02-01 false");
    assertThat(rows("item, shelf, " + VERSION, "dim.shelf", "item IN (1, 5)"))
        .containsExactly(
            "1 A 2026-01-01 2026-01-02 false",
            "1 B 2026-01-02 9999-12-31 true",
            "5 A 2026-01-01 2026-01-02 false",
            "5 A 2026-01-03 9999-12-31 true");
    everyTableIsRight();
  }

  @Test
  @Order(2)
  void givesFactsTheKeysOfTheirTimes() throws Exception {
    try (Truth truth = new Truth(line)) {
      String sales =
          "(SELECT s.sale_id, s.customer_sk, s.customer_dk, c.segment, a.customer_id AS account,"
              + " h.city, b.segment AS bought_as, p.price, s.account_sk, s.account_version_sk,"
              + " s.product_sk, s.date_key, d.fiscal_year FROM "
              + view(truth, "marts.sales")
              + " s LEFT JOIN "
              + view(truth, "dim.customer")
              + " c ON c.customer_sk = s.customer_sk AND c.customer_dk = s.customer_dk LEFT JOIN "
              + view(truth, "dim.account")
              + " a ON a.account_sk = s.account_sk LEFT JOIN "
              + view(truth, "dim.account_history")
              + " h ON h.account_history_sk = s.account_version_sk LEFT JOIN "
              + view(truth, "dim.buyer")
              + " b ON b.buyer_sk = s.buyer_sk LEFT JOIN "
              + view(truth, "dim.product")
              + " p ON p.product_sk = s.product_sk LEFT JOIN "
              + view(truth, "dim.date")
              + " d ON d.date_key = s.date_key)";
      assertThat(
              truth.rows(
                  "SELECT segment, account, city, bought_as, price, date_key, fiscal_year FROM "
                      + sales
                      + " WHERE sale_id IN (20, 1001) ORDER BY sale_id"))
          .containsExactly(
              "HOUSEHOLD 1 Aarau HOUSEHOLD 10.00 20260103 2026",
              "BUILDING 1 Aarau BUILDING 20.00 20260202 2026");
      assertThat(
              truth.rows(
                  "SELECT customer_sk, customer_dk, account_sk, account_version_sk, product_sk,"
                      + " date_key FROM "
                      + sales
                      + " WHERE sale_id = 1002"))
          .containsExactly("-2 -2 -2 -1 -4 20260202");
      assertThat(
              truth.rows(
                  "SELECT customer_sk, customer_dk > 0, date_key FROM "
                      + sales
                      + " WHERE sale_id = 1003"))
          .containsExactly("-3 true 20250101");
      assertThat(truth.count("SELECT date_key FROM " + sales + " WHERE sale_id = 1004"))
          .as("the key of a day that the calendar has not")
          .isEqualTo(-3);
    }
  }

  @Test
  @Order(3)
  void holdsAStrictFactUntilTheMemberComes() throws Exception {
    try (Shop shop = new Shop(line)) {
      shop.transaction("INSERT INTO sale VALUES (1005, 1, 99, 'SHOP', 10, '2026-02-02')");
      line.awaitError(Service.MARTS, "MRT-010", LIMIT);
      shop.transaction(
          "INSERT INTO product_change VALUES (104, 99, 'c', 'product 99', 1, '2026-02-01')");
    }
    shown();
    assertThat(rows("product_sk > 0", "marts.strict_sales", "sale_id = 1005"))
        .containsExactly("true");
    assertThat(rows("product_sk > 0", "marts.sales", "sale_id = 1005")).containsExactly("true");
    everyTableIsRight();
  }

  /** From a cut on, moves are versions too. What was before it stays one version. */
  @Test
  @Order(5)
  void followsARewindToACutFromWhichOnMoreIsTracked() throws Exception {
    long cut;
    try (Truth truth = new Truth(line);
        Shop shop = new Shop(line)) {
      cut = truth.cutOf(TableName.parse("dim.customer"));
      shop.transaction(
          "UPDATE customer SET city = 'Chur', updated_at = '2026-04-01' WHERE id = 7",
          "INSERT INTO sale VALUES (1007, 7, 1, 'SHOP', 10, '2026-05-01')");
    }
    shown();
    assertThat(rows("city, is_current", "dim.customer", "customer_id = 7"))
        .containsExactly("Chur true");
    line.kill(Service.DIMENSION);
    change("dimensions/customer.sql", "segment)", "segment, city)");
    line.start(Service.DIMENSION);
    line.awaitStatus(
        Service.DIMENSION, LIMIT, "its tables", status -> status.path("tables").size() == 12);
    assertThat(millrace("rewind", "dim.customer", "--to", Long.toString(cut)))
        .startsWith("dim.customer goes back to " + cut);
    shown();
    assertThat(rows("customer_id, city, " + VERSION, "dim.customer", "customer_id IN (2, 7)"))
        .containsExactly(
            "2 Bern 2026-01-01 9999-12-31 true",
            "7 Aarau 2026-01-01 2026-04-01 false",
            "7 Chur 2026-04-01 9999-12-31 true");
    try (Truth truth = new Truth(line)) {
      assertThat(
              truth.rows(
                  "SELECT c.city FROM %s s JOIN %s c USING (customer_sk) WHERE s.sale_id IN (6, 1007) ORDER BY s.sale_id"
                      .formatted(view(truth, "marts.sales"), view(truth, "dim.customer"))))
          .containsExactly("Aarau", "Chur");
    }
    everyTableIsRight();
  }

  /** A column more in the input, one less in the statement, with a kill amid it. */
  @Test
  @Order(4)
  void makesNoVersionsOfColumnsThatComeAndGo() throws Exception {
    List<String> versions =
        rows("customer_id, customer_sk, segment, " + VERSION, "dim.customer", "customer_sk > 0");
    List<String> names = rows("customer_id, name", "dim.customer", "customer_sk > 0");
    line.kill(Service.STAGING);
    line.kill(Service.DIMENSION);
    change("staging/customers.sql", "city, updated_at", "city, phone, updated_at");
    change("dimensions/customer.sql", "customer_id, name, segment", "customer_id, phone, segment");
    change("dimensions/customer.sql", "(segment", "(phone, segment");
    line.start(Service.STAGING);
    line.awaitError(Service.STAGING, "SHD-002", LIMIT);
    assertThat(millrace("rebuild", "staging.customers")).contains("staging.customers");
    line.start(Service.DIMENSION);
    line.awaitError(Service.DIMENSION, "SHD-002", LIMIT);
    assertThat(millrace("rebuild", "dim.customer")).contains("dim.customer");
    line.kill(Service.DIMENSION);
    line.start(Service.DIMENSION);
    shown();
    assertThat(
            rows(
                "customer_id, customer_sk, segment, " + VERSION, "dim.customer", "customer_sk > 0"))
        .isEqualTo(versions);
    assertThat(rows("customer_id, name", "dim.customer", "customer_sk > 0")).isEqualTo(names);
    assertThat(rows("customer_id, phone", "dim.customer", "customer_id IN (1, 10)"))
        .containsExactly("1 null", "1 phone 1", "10 phone 10");
    try (Shop shop = new Shop(line)) {
      shop.transaction(
          "UPDATE customer SET phone = 'other', updated_at = '2026-06-01' WHERE id = 10");
    }
    shown();
    assertThat(rows("customer_id, name, phone, is_current", "dim.customer", "customer_id = 10"))
        .containsExactly("10 customer 10 phone 10 false", "10 null other true");
    everyTableIsRight();
  }

  /** Facts before their members, which come while the dimension is down, then an older state. */
  @Test
  @Order(6)
  void keepsTheKeyOfAMemberThatAFactBroughtFirst() throws Exception {
    try (Shop shop = new Shop(line)) {
      shop.transaction(
          "INSERT INTO sale VALUES (1010, 200, 1, 'SHOP', 10, '2026-03-01'),"
              + " (1011, 201, 1, 'SHOP', 10, '2026-03-01')");
      shown();
      String known = "customer_id IN (200, 201)";
      List<String> keys = rows("customer_id, visitor_sk", "dim.visitor", known);
      assertThat(keys).hasSize(2);
      assertThat(rows("customer_id, is_inferred, known_from", "dim.visitor", known))
          .containsExactly("200 true null", "201 true null");
      line.kill(Service.DIMENSION);
      shop.transaction(
          "INSERT INTO customer VALUES (200, 'early', 'BUILDING', 'Aarau', '2026-04-01')");
      line.start(Service.DIMENSION);
      shown();
      assertThat(rows("customer_id, visitor_sk", "dim.visitor", known)).isEqualTo(keys);
      shop.transaction(
          "UPDATE customer SET segment = 'HOUSEHOLD', updated_at = '2026-02-15' WHERE id = 200");
      shown();
      assertThat(
              rows(
                  "customer_id, segment, is_inferred, strftime(known_from, '%Y-%m-%d'), " + VERSION,
                  "dim.visitor",
                  known))
          .containsExactly(
              "200 HOUSEHOLD false 2026-02-15 1900-01-01 2026-04-01 false",
              "200 BUILDING false 2026-04-01 2026-04-01 9999-12-31 true",
              "201 null true null 1900-01-01 9999-12-31 true");
      String columns =
          "customer_id, visitor_sk, segment, updated_at, " + VERSION + ", is_inferred, known_from";
      List<String> all = rows(columns, "dim.visitor", "true");
      millrace("rebuild", "dim.visitor");
      shop.transaction("UPDATE sale SET amount = 11 WHERE id = 1010");
      shown();
      assertThat(rows(columns, "dim.visitor", "true")).as("rebuilt").isEqualTo(all);
    }
    try (Truth truth = new Truth(line)) {
      assertThat(
              truth.rows(
                  "SELECT v.segment, v.is_inferred FROM %s s JOIN %s v USING (visitor_sk) WHERE s.sale_id IN (1010, 1011) ORDER BY s.sale_id"
                      .formatted(view(truth, "marts.visits"), view(truth, "dim.visitor"))))
          .containsExactly("HOUSEHOLD false", "null true");
    }
    try (Shop shop = new Shop(line)) {
      shop.transaction("DELETE FROM sale WHERE kind = 'GIFT'");
    }
    shown();
    assertThat(rows("kind, large, is_current", "dim.sale_kind", "sale_kind_sk > 0"))
        .as("a combination stays when its last row goes")
        .containsExactly("GIFT false true", "SHOP true true");
    assertThat(rows("count(*)", "marts.visits", "sale_kind_sk <= 0")).containsExactly("0");
    everyTableIsRight();
  }

  /** Several changes of a member within a cut, with staging and the dimension dying amid them. */
  @Test
  @Order(7)
  void keepsEveryChangeOfAHistoryOnce() throws Exception {
    long prices = Long.parseLong(rows("sum(prices)", "marts.prices", "true").getFirst());
    try (Shop shop = new Shop(line)) {
      shop.transaction("UPDATE customer SET city = 'Basel' WHERE id = 11");
      shop.transaction("UPDATE customer SET city = 'Brig' WHERE id = 11");
      shop.transaction("DELETE FROM customer WHERE id = 12");
      shop.transaction("UPDATE customer SET city = 'Basel' WHERE id = 11");
      line.kill(Service.STAGING);
      line.kill(Service.DIMENSION);
      shop.transaction(
          "INSERT INTO customer VALUES (12, 'customer 12', 'HOUSEHOLD', 'Chur', '2026-01-01')",
          "INSERT INTO product_change VALUES (201, 1, 'u', NULL, 15, '2026-07-01'),"
              + " (202, 1, 'u', NULL, 15, '2026-07-01')");
      line.start(Service.STAGING);
      line.start(Service.DIMENSION);
    }
    shown();
    String known = "customer_id IN (11, 12)";
    String all =
        "11 Aarau false, 11 Basel false, 11 Brig false, 11 Basel true, 12 Aarau false, 12 Chur"
            + " true";
    List<String> versions = List.of(all.split(", "));
    assertThat(rows("customer_id, city, is_current", "dim.resident", known)).isEqualTo(versions);
    assertThat(rows("sum(prices)", "marts.prices", "true"))
        .as("equal rows that came are two")
        .containsExactly(Long.toString(prices + 2));
    List<String> changes = rows("position, op, customer_id", "staging.customer_changes", "true");
    millrace("rebuild", "staging.customer_changes");
    millrace("rebuild", "dim.resident");
    try (Shop shop = new Shop(line)) {
      shop.transaction("UPDATE customer SET segment = 'OTHER' WHERE id = 11");
    }
    shown();
    assertThat(rows("customer_id, city, is_current", "dim.resident", known)).isEqualTo(versions);
    assertThat(rows("position, op, customer_id", "staging.customer_changes", "true"))
        .startsWith(changes.toArray(String[]::new))
        .hasSize(changes.size() + 1);
    everyTableIsRight();
  }

  /** Customer 5 was deleted; sales that name the customer stay. */
  @Test
  @Order(8)
  void whoWasErasedStaysErasedThroughARebuildAndWithFacts() throws Exception {
    List<String> tables = List.of("dim.account", "dim.account_history", "dim.visitor");
    for (String table : tables) {
      assertThat(rows("is_current", table, "customer_id = 5")).as(table).containsOnly("false");
    }
    assertThat(millrace("erase", "dim.account", "--key", "5"))
        .contains("dim.account ", "dim.account_history ");
    millrace("erase", "dim.visitor", "--key", "5");
    for (String table : tables) {
      assertThat(rows("customer_id", table, "customer_id = 5")).as(table).isEmpty();
      millrace("rebuild", table);
    }
    try (Shop shop = new Shop(line)) {
      shop.transaction("UPDATE sale SET amount = amount + 1 WHERE customer_id = 5");
    }
    shown();
    for (String table : tables) {
      assertThat(rows("customer_id", table, "customer_id = 5")).as(table).isEmpty();
    }
  }

  /** A changed statement whose order cannot be carried out waits for one that can. */
  @Test
  @Order(9)
  void carriesOutTheOrderThatComesAfterOneThatItRefused() throws Exception {
    List<String> members = rows("segment_sk, segment, old_segment", "dim.segment", "true");
    line.kill(Service.DIMENSION);
    change("dimensions/segment.sql", "KEYS (customer_id)", "KEYS (member)");
    change("dimensions/segment.sql", "SELECT customer_id", "SELECT customer_id AS member");
    line.start(Service.DIMENSION);
    line.awaitError(Service.DIMENSION, "SHD-002", LIMIT);
    millrace("rewind", "dim.segment", "--to", "20");
    line.awaitError(Service.DIMENSION, "DIM-010", LIMIT);
    millrace("rebuild", "dim.segment");
    shown();
    assertThat(rows("segment_sk, segment, old_segment", "dim.segment", "true")).isEqualTo(members);
    assertThat(rows("segment_sk", "dim.segment", "member IS NULL")).isEmpty();
  }

  /** The source is emptied and filled again; an order comes in between. */
  @Test
  @Order(10)
  void goesOnWithTheSnapshotBehindAnEmptyOne() throws Exception {
    String columns = "customer_id, place_sk, city, is_current";
    line.kill(Service.DIMENSION);
    Files.writeString(
        statements.resolve("dimensions/place.sql"),
        "CREATE DIMENSION dim.place FROM SNAPSHOT KEYS (customer_id) SURROGATE KEY place_sk"
            + " STORED AS SCD TYPE 2 AS SELECT customer_id, city FROM staging.customers");
    line.start(Service.DIMENSION);
    line.awaitStatus(Service.DIMENSION, LIMIT, "opens", s -> s.toString().contains("dim.place"));
    shown();
    List<String> members = rows(columns, "dim.place", "customer_id <> 3");
    assertThat(members).hasSizeGreaterThan(20);
    try (Shop shop = new Shop(line)) {
      shop.transaction("CREATE TABLE kept AS SELECT * FROM customer", "DELETE FROM customer");
      line.awaitError(Service.DIMENSION, "DIM-006", LIMIT);
      assertThat(millrace("rebuild", "dim.place")).contains("dim.place");
      shop.transaction("INSERT INTO customer SELECT * FROM kept WHERE id <> 3");
    }
    shown();
    assertThat(rows(columns, "dim.place", "customer_id <> 3")).isEqualTo(members);
    assertThat(rows("city, is_current", "dim.place", "customer_id = 3"))
        .containsExactly("Aarau false");
    millrace("rebuild", "dim.place");
    shown();
    assertThat(rows(columns, "dim.place", "customer_id <> 3")).as("rebuilt").isEqualTo(members);
  }

  private void change(String file, String what, String with) throws java.io.IOException {
    Path statement = statements.resolve(file);
    String text = Files.readString(statement);
    assertThat(text).contains(what);
    Files.writeString(statement, text.replace(what, with));
  }

  private void shown() throws InterruptedException {
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
  }

  private void everyTableIsRight() {
    assertThat(millrace("verify").lines())
        .hasSize(23)
        .allSatisfy(finding -> assertThat(finding).startsWith("ok"));
  }

  /** What never changes of members that were there at the beginning. */
  private List<String> keys() throws Exception {
    return rows("customer_id, customer_sk, customer_dk", "dim.customer", "customer_sk > 0");
  }

  private List<String> rows(String columns, String table, String where) throws Exception {
    try (Truth truth = new Truth(line)) {
      String order =
          columns.replaceAll(",.*", "") + (table.startsWith("dim.") ? ", valid_from" : "");
      return truth.rows(
          "SELECT %s FROM %s WHERE %s ORDER BY %s"
              .formatted(columns, view(truth, table), where, order));
    }
  }

  private static String view(Truth truth, String table) {
    return truth.view(TableName.parse(table), Long.MAX_VALUE);
  }

  private String millrace(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    List<String> all =
        Stream.concat(Stream.of(arguments), Stream.of("--dir", line.folder.toString())).toList();
    assertThat(command.execute(all.toArray(String[]::new))).as("%s", out).isZero();
    return out.toString();
  }
}
