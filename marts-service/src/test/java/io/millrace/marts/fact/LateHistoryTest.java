package io.millrace.marts.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.marts.refresh.Refresh;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members and history that arrive after the facts that point to them. */
class LateHistoryTest {
  private static final String FACT =
      """
      CREATE DYNAMIC TABLE marts.sales KEYS (order_id) FACT TRANSACTION REFRESH_MODE = INCREMENTAL
      AS SELECT order_id, lookup(dim.customer, customer_id, as_of => ordered_at) AS customer_sk
         FROM staging.orders
      """;

  /** Orders 1 to 200, a day apart from 2026-01-01, every other one of customer 7, else of 9. */
  private static final String ORDERS =
      "SELECT i AS order_id, CASE WHEN i % 2 = 1 THEN 7 ELSE 9 END AS customer_id,"
          + " TIMESTAMPTZ '2026-01-01' + INTERVAL 1 DAY * (i - 1) AS ordered_at,"
          + " NULL::TIMESTAMPTZ AS paid_at, 1 AS _weight FROM range(1, 201) r(i)";

  @TempDir Path temp;

  @Test
  void lateHistoryRepointsExactlyTheFactsConcerned() {
    try (Facts facts = new Facts(temp, FACT)) {
      KeptFact sales = filled(facts);
      sales.change(
          "dim.customer",
          """
          SELECT 71 AS customer_sk, 7 AS customer_id, 'old' AS name,
                 TIMESTAMPTZ '1900-01-01' AS valid_from, TIMESTAMPTZ '2026-01-10' AS valid_to,
                 false AS is_current, -1 AS _weight
          UNION ALL SELECT 71, 7, 'old', TIMESTAMPTZ '1900-01-01', TIMESTAMPTZ '2026-01-05', false, 1
          UNION ALL SELECT 75, 7, 'late', TIMESTAMPTZ '2026-01-05', TIMESTAMPTZ '2026-01-10', false, 1
          """);
      Refresh.Outcome outcome = sales.bring();
      assertThat(outcome.strategy()).isEqualTo("INCREMENTAL");
      assertThat(outcome.changes().updates()).isEqualTo(3);
      assertThat(outcome.changes().inserts() + outcome.changes().deletes()).isZero();
      assertThat(Repointing.count(facts.duck(), facts.fact(), outcome.changes())).isEqualTo(3);
      assertThat(facts.number("SELECT count(*) FROM marts.sales WHERE customer_sk = 75"))
          .isEqualTo(3);
      assertThat(facts.diff().none()).isTrue();
    }
  }

  @Test
  void aMemberThatArrivesLateRepointsTheFactsThatWaitedForIt() {
    try (Facts facts = new Facts(temp, FACT)) {
      KeptFact sales = filled(facts);
      assertThat(facts.number("SELECT count(*) FROM marts.sales WHERE customer_sk = -3"))
          .isEqualTo(100);
      sales.change(
          "dim.customer",
          "SELECT 91, 9, 'new', TIMESTAMPTZ '2026-03-01', TIMESTAMPTZ '9999-12-31', true, 1 AS"
              + " _weight");
      Refresh.Outcome outcome = sales.bring();
      long since = facts.number("SELECT count(*) FROM marts.sales WHERE customer_sk = 91");
      assertThat(since).isEqualTo(71);
      assertThat(outcome.changes().updates()).isEqualTo(since);
      assertThat(Repointing.count(facts.duck(), facts.fact(), outcome.changes())).isEqualTo(since);
    }
  }

  @Test
  void aChangeThatIsNoneOfALookupRepointsNothing() {
    String fact = FACT.replace("SELECT order_id,", "SELECT order_id, paid_at,");
    try (Facts facts = new Facts(temp, fact)) {
      KeptFact sales = filled(facts);
      sales.change(
          "staging.orders",
          "SELECT * REPLACE (ordered_at AS paid_at), 1 AS _weight FROM staging.orders WHERE"
              + " order_id = 3 UNION ALL SELECT *, -1 FROM staging.orders WHERE order_id = 3");
      Refresh.Outcome outcome = sales.bring();
      assertThat(outcome.changes().updates()).isEqualTo(1);
      assertThat(Repointing.count(facts.duck(), facts.fact(), outcome.changes())).isZero();
    }
  }

  @Test
  void aSecondRowOfAKeyIsRefusedAlsoWhenOnlyChangesAreLookedAt() {
    String fact =
        FACT.replace("KEYS (order_id)", "KEYS (ordered_at)")
            .replace("SELECT order_id,", "SELECT ordered_at, order_id,");
    try (Facts facts = new Facts(temp, fact)) {
      KeptFact sales = filled(facts);
      sales.change(
          "staging.orders",
          "SELECT 900 AS order_id, 7 AS customer_id, TIMESTAMPTZ '2026-01-03' AS ordered_at,"
              + " NULL::TIMESTAMPTZ AS paid_at, 1 AS _weight");
      assertThatThrownBy(sales::bring)
          .hasMessageStartingWith("LK-010 1 keys of table marts.sales have more than one row");
    }
  }

  @Test
  void aRowThatComesTwiceIsRefusedAlsoWhenOnlyChangesAreLookedAt() {
    String fact =
        "CREATE DYNAMIC TABLE marts.sales KEYS (ordered_at) FACT TRANSACTION REFRESH_MODE ="
            + " INCREMENTAL AS SELECT ordered_at, customer_id FROM staging.orders";
    try (Facts facts = new Facts(temp, fact)) {
      KeptFact sales = filled(facts);
      sales.change(
          "staging.orders",
          "SELECT i AS order_id, 7 AS customer_id, TIMESTAMPTZ '2030-01-03' AS ordered_at,"
              + " NULL::TIMESTAMPTZ AS paid_at, 1 AS _weight FROM range(900, 902) r(i)");
      assertThatThrownBy(sales::bring)
          .hasMessageStartingWith("LK-010 1 keys of table marts.sales have more than one row");
    }
  }

  @Test
  void validityThatComesToOverlapIsRefusedAlsoWhenOnlyChangesAreLookedAt() {
    try (Facts facts = new Facts(temp, FACT)) {
      KeptFact sales = filled(facts);
      sales.change(
          "dim.customer",
          "SELECT 79, 7, 'twin', TIMESTAMPTZ '2026-01-05', TIMESTAMPTZ '2026-01-10', false, 1 AS"
              + " _weight");
      assertThatThrownBy(sales::bring)
          .hasMessageStartingWith("LK-010 3 keys of table marts.sales have more than one row");
    }
  }

  private static KeptFact filled(Facts facts) {
    KeptFact sales = new KeptFact(facts);
    sales.change("staging.orders", ORDERS);
    sales.bring();
    assertThat(facts.number("SELECT count(*) FROM marts.sales")).isEqualTo(200);
    return sales;
  }
}
