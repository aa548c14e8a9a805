package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import java.nio.file.Path;
import java.time.Clock;
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

/** Every kind of dimension and the facts that look them up, on one line, in this order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DimensionKindsIT {
  private KindsLine kinds;

  @BeforeAll
  void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    kinds = new KindsLine(folder);
    kinds.start();
  }

  @AfterAll
  void stop() {
    kinds.close();
  }

  @Test
  @Order(1)
  void showsEveryKindOfDimensionThroughAKill() throws Exception {
    List<String> keys = keys();
    assertThat(keys).hasSize(20);
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction(
          "UPDATE customer SET segment = 'BUILDING', updated_at = '2026-02-01' WHERE id = 1",
          "INSERT INTO sale VALUES (1001, 1, 1, 'SHOP', 10, '2026-02-02')");
      shop.transaction(
          "UPDATE customer SET city = 'Bern', updated_at = '2026-02-01' WHERE id = 2",
          "UPDATE customer SET points = 1700000001.5, updated_at = '2026-02-01' WHERE id = 3",
          "INSERT INTO product_change VALUES (101, 1, 'u', 'the first', 20, '2026-02-01')",
          "INSERT INTO stock SELECT '2026-01-02', i, CASE i WHEN 1 THEN 'B' ELSE 'A' END"
              + " FROM generate_series(1, 4) i");
      kinds.shown();
      kinds.line.kill(Service.DIMENSION);
      shop.transaction(
          "UPDATE customer SET segment = 'OLD', city = 'Olten', updated_at = '2025-06-01'"
              + " WHERE id = 4");
      shop.transaction("DELETE FROM customer WHERE id IN (5, 6)");
      kinds.line.awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), KindsLine.LIMIT);
      shop.transaction(
          "INSERT INTO product_change VALUES (102, 1, 'u', NULL, 15, '2026-01-15'),"
              + " (103, 2, 'd', NULL, NULL, '2026-02-01')",
          "INSERT INTO stock SELECT '2026-01-03', i, CASE i WHEN 1 THEN 'B' ELSE 'A' END"
              + " FROM generate_series(1, 5) i");
      kinds.line.start(Service.DIMENSION);
      shop.transaction(
          "INSERT INTO customer VALUES (6, 'customer 6', 'HOUSEHOLD', 'Aarau', clock_timestamp())",
          "INSERT INTO sale VALUES (1002, NULL, -5, 'GIFT', 0, '2026-02-02'),"
              + " (1003, 1, 1, 'SHOP', 10, '2025-01-01'), (1004, 1, 1, 'SHOP', 10, '2030-01-01')");
    }
    kinds.shown();
    assertThat(keys()).as("keys of before").containsAll(keys);
    assertThat(
            kinds.rows(
                "customer_id, segment, " + KindsLine.VERSION,
                "dim.customer",
                "customer_id IN (1, 2, 4)"))
        .containsExactly(
            "1 HOUSEHOLD 2026-01-01 2026-02-01 false",
            "1 BUILDING 2026-02-01 9999-12-31 true",
            "2 HOUSEHOLD 2026-01-01 9999-12-31 true",
            "4 OLD 2025-06-01 2026-01-01 false",
            "4 HOUSEHOLD 2026-01-01 9999-12-31 true");
    assertThat(kinds.rows("customer_id, is_current", "dim.customer", "customer_id IN (5, 6)"))
        .containsExactly("5 false", "6 false", "6 true");
    assertThat(
            kinds.rows(
                "customer_id, segment, current_segment, is_current, is_deleted",
                "dim.buyer",
                "customer_id IN (1, 5)"))
        .containsExactly(
            "1 HOUSEHOLD BUILDING false false",
            "1 BUILDING BUILDING true false",
            "5 HOUSEHOLD HOUSEHOLD false true");
    assertThat(kinds.rows("customer_id, segment, city", "dim.account", "customer_id IN (1, 2, 4)"))
        .containsExactly("1 BUILDING Aarau", "2 HOUSEHOLD Bern", "4 HOUSEHOLD Aarau");
    assertThat(kinds.rows("customer_id, points = 1700000001.5", "dim.account", "customer_id = 3"))
        .as("a change of a DOUBLE that a sum could make by itself")
        .containsExactly("3 true");
    assertThat(kinds.rows("customer_id, points = 1700000001.5", "marts.points", "customer_id = 3"))
        .containsExactly("3 true");
    assertThat(
            kinds.rows(
                "customer_id, city, " + KindsLine.VERSION,
                "dim.account_history",
                "customer_id IN (2, 4)"))
        .containsExactly(
            "2 Aarau 2026-01-01 2026-02-01 false",
            "2 Bern 2026-02-01 9999-12-31 true",
            "4 Olten 2025-06-01 2026-01-01 false",
            "4 Aarau 2026-01-01 9999-12-31 true");
    assertThat(
            kinds.rows("customer_id, city, is_current", "dim.origin", "customer_id IN (2, 4, 5)"))
        .containsExactly("2 Aarau true", "4 Olten true", "5 Aarau true");
    assertThat(
            kinds.rows(
                "customer_id, segment, old_segment", "dim.segment", "customer_id IN (1, 5, 6)"))
        .containsExactly("1 BUILDING HOUSEHOLD", "6 HOUSEHOLD null");
    assertThat(
            kinds.rows(
                "product_id, name, price, is_deleted, " + KindsLine.VERSION,
                "dim.product",
                "product_id IN (1, 2)"))
        .containsExactly(
            "1 product 1 10.00 false 2026-01-01 2026-01-15 false",
            "1 product 1 15.00 false 2026-01-15 2026-02-01 false",
            "1 the first 20.00 false 2026-02-01 9999-12-31 true",
            "2 product 2 10.00 true 2026-01-01 2026-02-01 false");
    assertThat(kinds.rows("item, shelf, " + KindsLine.VERSION, "dim.shelf", "item IN (1, 5)"))
        .containsExactly(
            "1 A 2026-01-01 2026-01-02 false",
            "1 B 2026-01-02 9999-12-31 true",
            "5 A 2026-01-01 2026-01-02 false",
            "5 A 2026-01-03 9999-12-31 true");
    kinds.everyTableIsRight();
  }

  @Test
  @Order(2)
  void givesFactsTheKeysOfTheirTimes() throws Exception {
    try (Truth truth = new Truth(kinds.line)) {
      String sales =
          "(SELECT s.sale_id, s.customer_sk, s.customer_dk, c.segment, a.customer_id AS account,"
              + " h.city, b.segment AS bought_as, p.price, s.account_sk, s.account_version_sk,"
              + " s.product_sk, s.date_key, d.fiscal_year FROM "
              + KindsLine.view(truth, "marts.sales")
              + " s LEFT JOIN "
              + KindsLine.view(truth, "dim.customer")
              + " c ON c.customer_sk = s.customer_sk AND c.customer_dk = s.customer_dk LEFT JOIN "
              + KindsLine.view(truth, "dim.account")
              + " a ON a.account_sk = s.account_sk LEFT JOIN "
              + KindsLine.view(truth, "dim.account_history")
              + " h ON h.account_history_sk = s.account_version_sk LEFT JOIN "
              + KindsLine.view(truth, "dim.buyer")
              + " b ON b.buyer_sk = s.buyer_sk LEFT JOIN "
              + KindsLine.view(truth, "dim.product")
              + " p ON p.product_sk = s.product_sk LEFT JOIN "
              + KindsLine.view(truth, "dim.date")
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
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction("INSERT INTO sale VALUES (1005, 1, 99, 'SHOP', 10, '2026-02-02')");
      kinds.line.awaitError(Service.MARTS, "MRT-010", KindsLine.LIMIT);
      shop.transaction(
          "INSERT INTO product_change VALUES (104, 99, 'c', 'product 99', 1, '2026-02-01')");
    }
    kinds.shown();
    assertThat(kinds.rows("product_sk > 0", "marts.strict_sales", "sale_id = 1005"))
        .containsExactly("true");
    assertThat(kinds.rows("product_sk > 0", "marts.sales", "sale_id = 1005"))
        .containsExactly("true");
    kinds.everyTableIsRight();
  }

  /** Facts before their members, which come while the dimension is down, then an older state. */
  @Test
  @Order(4)
  void keepsTheKeyOfAMemberThatAFactBroughtFirst() throws Exception {
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction(
          "INSERT INTO sale VALUES (1010, 200, 1, 'SHOP', 10, '2026-03-01'),"
              + " (1011, 201, 1, 'SHOP', 10, '2026-03-01')");
      kinds.shown();
      String known = "customer_id IN (200, 201)";
      List<String> keys = kinds.rows("customer_id, visitor_sk", "dim.visitor", known);
      assertThat(keys).hasSize(2);
      assertThat(kinds.rows("customer_id, is_inferred, known_from", "dim.visitor", known))
          .containsExactly("200 true null", "201 true null");
      kinds.line.kill(Service.DIMENSION);
      shop.transaction(
          "INSERT INTO customer VALUES (200, 'early', 'BUILDING', 'Aarau', '2026-04-01')");
      kinds.line.start(Service.DIMENSION);
      kinds.shown();
      assertThat(kinds.rows("customer_id, visitor_sk", "dim.visitor", known)).isEqualTo(keys);
      shop.transaction(
          "UPDATE customer SET segment = 'HOUSEHOLD', updated_at = '2026-02-15' WHERE id = 200");
      kinds.shown();
      assertThat(
              kinds.rows(
                  "customer_id, segment, is_inferred, strftime(known_from, '%Y-%m-%d'), "
                      + KindsLine.VERSION,
                  "dim.visitor",
                  known))
          .containsExactly(
              "200 HOUSEHOLD false 2026-02-15 1900-01-01 2026-04-01 false",
              "200 BUILDING false 2026-04-01 2026-04-01 9999-12-31 true",
              "201 null true null 1900-01-01 9999-12-31 true");
      String columns =
          "customer_id, visitor_sk, segment, updated_at, "
              + KindsLine.VERSION
              + ", is_inferred, known_from";
      assertThat(
              kinds.rows(
                  "customer_id, city, is_inferred, " + KindsLine.VERSION, "dim.resident", known))
          .as("the image began with a truncation, which ends nobody of whom nothing is known")
          .containsExactly(
              "200 Aarau false 1900-01-01 9999-12-31 true",
              "201 null true 1900-01-01 9999-12-31 true");
      List<String> all = kinds.rows(columns, "dim.visitor", "true");
      kinds.millrace("rebuild", "dim.visitor");
      shop.transaction("UPDATE sale SET amount = 11 WHERE id = 1010");
      kinds.shown();
      assertThat(kinds.rows(columns, "dim.visitor", "true")).as("rebuilt").isEqualTo(all);
    }
    try (Truth truth = new Truth(kinds.line)) {
      assertThat(
              truth.rows(
                  "SELECT v.segment, v.is_inferred FROM %s s JOIN %s v USING (visitor_sk) WHERE s.sale_id IN (1010, 1011) ORDER BY s.sale_id"
                      .formatted(
                          KindsLine.view(truth, "marts.visits"),
                          KindsLine.view(truth, "dim.visitor"))))
          .containsExactly("HOUSEHOLD false", "null true");
    }
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction("DELETE FROM sale WHERE kind = 'GIFT'");
    }
    kinds.shown();
    assertThat(kinds.rows("kind, large, is_current", "dim.sale_kind", "sale_kind_sk > 0"))
        .as("a combination stays when its last row goes")
        .containsExactly("GIFT false true", "SHOP true true");
    assertThat(kinds.rows("count(*)", "marts.visits", "sale_kind_sk <= 0")).containsExactly("0");
    kinds.everyTableIsRight();
  }

  /** Several changes of a member within a cut, with staging and the dimension dying amid them. */
  @Test
  @Order(5)
  void keepsEveryChangeOfAHistoryOnce() throws Exception {
    long prices = Long.parseLong(kinds.rows("sum(prices)", "marts.prices", "true").getFirst());
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction("UPDATE customer SET city = 'Basel' WHERE id = 11");
      shop.transaction("UPDATE customer SET city = 'Brig' WHERE id = 11");
      shop.transaction("DELETE FROM customer WHERE id = 12");
      shop.transaction("UPDATE customer SET city = 'Basel' WHERE id = 11");
      kinds.line.kill(Service.STAGING);
      kinds.line.kill(Service.DIMENSION);
      shop.transaction(
          "INSERT INTO customer VALUES (12, 'customer 12', 'HOUSEHOLD', 'Chur', '2026-01-01')",
          "INSERT INTO product_change VALUES (201, 1, 'u', NULL, 15, '2026-07-01'),"
              + " (202, 1, 'u', NULL, 15, '2026-07-01')");
      kinds.line.start(Service.STAGING);
      kinds.line.start(Service.DIMENSION);
    }
    kinds.shown();
    String known = "customer_id IN (11, 12)";
    String all =
        "11 Aarau false, 11 Basel false, 11 Brig false, 11 Basel true, 12 Aarau false, 12 Chur"
            + " true";
    List<String> versions = List.of(all.split(", "));
    assertThat(kinds.rows("customer_id, city, is_current", "dim.resident", known))
        .isEqualTo(versions);
    assertThat(kinds.rows("sum(prices)", "marts.prices", "true"))
        .as("equal rows that came are two")
        .containsExactly(Long.toString(prices + 2));
    List<String> changes =
        kinds.rows("position, op, customer_id", "staging.customer_changes", "true");
    kinds.millrace("rebuild", "staging.customer_changes");
    kinds.millrace("rebuild", "dim.resident");
    try (Shop shop = new Shop(kinds.line)) {
      shop.transaction("UPDATE customer SET segment = 'OTHER' WHERE id = 11");
    }
    kinds.shown();
    assertThat(kinds.rows("customer_id, city, is_current", "dim.resident", known))
        .isEqualTo(versions);
    assertThat(kinds.rows("position, op, customer_id", "staging.customer_changes", "true"))
        .startsWith(changes.toArray(String[]::new))
        .hasSize(changes.size() + 1);
    kinds.everyTableIsRight();
  }

  /** What never changes of members that were there at the beginning. */
  private List<String> keys() throws Exception {
    return kinds.rows("customer_id, customer_sk, customer_dk", "dim.customer", "customer_sk > 0");
  }
}
