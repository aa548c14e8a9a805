package io.millrace.marts.fact;

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
      facts.run("INSERT INTO staging.orders VALUES (1, 7, '2026-01-05'), (2, 9, '2026-01-05')");
      facts.run("INSERT INTO staging.orders VALUES (3, 9, '2026-01-05'), (4, NULL, '2026-01-05')");
      facts.run("INSERT INTO staging.orders VALUES (5, 7, NULL)");
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
      facts.run("INSERT INTO staging.orders VALUES (1, 9, '2026-01-05')");
      facts.run("INSERT INTO dim.customer VALUES (91, 9, 'x', '2026-01-01', '9999-12-31', true)");
      assertThatCode(() -> FactRules.require(facts.duck(), facts.fact(), facts.diff()))
          .doesNotThrowAnyException();
    }
  }
}
