package io.millrace.marts.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.lake.RowDiff;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactRulesTest {
  private static final String FACT =
      """
      CREATE DYNAMIC TABLE marts.sales
      AS SELECT order_id, lookup(dim.customer, customer_id, as_of => ordered_at, on_null => 'FAIL',
                                 on_no_match => 'FAIL') AS customer_sk
         FROM staging.orders
      """;

  @TempDir Path temp;

  @Test
  void aLookupThatFailsNamesDimensionColumnAndCountButNoValue() {
    try (Facts facts = new Facts(temp, FACT)) {
      facts.run(
          "INSERT INTO staging.orders VALUES (1, 7, '2026-01-05', NULL), (2, 9, '2026-01-05',"
              + " NULL)");
      facts.run(
          "INSERT INTO staging.orders VALUES (3, 9, '2026-01-05', NULL), (4, NULL, '2026-01-05',"
              + " NULL)");
      facts.run("INSERT INTO staging.orders VALUES (5, 7, NULL, NULL)");
      RowDiff.Changes changes = facts.diff();
      assertThatThrownBy(() -> FactRules.require(facts.duck(), facts.fact(), changes))
          .hasMessageStartingWith(
              "MRT-010 table marts.sales stops at its last good cut: for 1 rows the lookup of"
                  + " dim.customer in column customer_sk meets a NULL in the key");
      facts.run("DELETE FROM staging.orders WHERE customer_id IS NULL");
      RowDiff.Changes fewer = facts.diff();
      assertThatThrownBy(() -> FactRules.require(facts.duck(), facts.fact(), fewer))
          .hasMessageContaining("for 2 rows the lookup of dim.customer")
          .hasMessageContaining("meets a key without a member")
          .hasMessageNotContaining("9");
    }
  }

  @Test
  void itGoesOnWhenTheMemberHasArrived() {
    try (Facts facts = new Facts(temp, FACT)) {
      facts.run("INSERT INTO staging.orders VALUES (1, 9, '2026-01-05', NULL)");
      facts.run("INSERT INTO dim.customer VALUES (91, 9, 'x', '2026-01-01', '9999-12-31', true)");
      assertThatCode(() -> FactRules.require(facts.duck(), facts.fact(), facts.diff()))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void milestonesAreHeldInTheirOrderAndOneMayBeOpenOrLeftOut() {
    String course =
        """
        CREATE DYNAMIC TABLE marts.sales KEYS (order_id)
          FACT ACCUMULATING SNAPSHOT (ordered_at, approved_at, paid_at)
        AS SELECT order_id, ordered_at, NULL::TIMESTAMPTZ AS approved_at, paid_at
           FROM staging.orders
        """;
    try (Facts facts = new Facts(temp, course)) {
      facts.run(
          "INSERT INTO staging.orders VALUES (1, 7, '2026-01-05', '2026-01-06'), (2, 7,"
              + " '2026-01-05', '2026-01-05'), (3, 7, '2026-01-05', NULL), (4, 7, NULL,"
              + " '2026-01-05')");
      assertThatCode(() -> FactRules.require(facts.duck(), facts.fact(), facts.diff()))
          .doesNotThrowAnyException();
      facts.run("INSERT INTO staging.orders VALUES (5, 7, '2026-01-05', '2026-01-04')");
      assertThatThrownBy(() -> FactRules.require(facts.duck(), facts.fact(), facts.diff()))
          .hasMessageStartingWith(
              "MRT-011 table marts.sales stops at its last good cut: in 1 rows a milestone lies"
                  + " before one that comes earlier in (ordered_at, approved_at, paid_at)");
    }
  }

  @Test
  void theGrainNamesTableAndDoubledKeys() {
    String fact =
        "CREATE DYNAMIC TABLE marts.sales KEYS (customer_id) FACT TRANSACTION"
            + " AS SELECT customer_id, ordered_at FROM staging.orders";
    try (Facts facts = new Facts(temp, fact)) {
      facts.run(
          "INSERT INTO staging.orders VALUES (1, 7, '2026-01-05', NULL), (2, 7, '2026-01-06',"
              + " NULL), (3, 8, '2026-01-06', NULL)");
      assertThatThrownBy(facts::diff)
          .hasMessageStartingWith("LK-010 1 keys of table marts.sales have more than one row");
    }
  }

  @Test
  void overlappingValidityDoublesNoRowUnseenAndAGapDropsNone() {
    try (Facts facts =
        new Facts(temp, FACT.replace("on_no_match => 'FAIL'", "on_no_match => 'DEFAULT'"))) {
      facts.run(
          "INSERT INTO staging.orders VALUES (1, 7, '2026-01-05', NULL), (2, 7, '2026-03-01',"
              + " NULL)");
      facts.run("UPDATE dim.customer SET valid_from = '2026-02-01' WHERE customer_sk = 72");
      facts.run("UPDATE dim.customer SET valid_to = '2026-01-04' WHERE customer_sk = 71");
      assertThat(facts.diff().inserts()).isEqualTo(2);
      assertThat(facts.number("SELECT count(*) FROM changes WHERE customer_sk = -3")).isEqualTo(1);
      facts.run("UPDATE dim.customer SET valid_to = '9999-12-31' WHERE customer_sk = 71");
      assertThatThrownBy(facts::diff)
          .hasMessageStartingWith("LK-010 1 keys of table marts.sales have more than one row");
    }
  }
}
