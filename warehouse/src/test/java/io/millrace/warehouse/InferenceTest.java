package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.Dimension.KeyInput;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a lookup with 'INFER' makes of its dimension. */
class InferenceTest {
  @TempDir Path temp;

  private Dimension inferred(String select) {
    return (Dimension) new TestFolder(temp).mart(select).table("dim.place");
  }

  @Test
  void theDimensionReadsTheKeysOfTheFacts() {
    Dimension place =
        inferred(
            "SELECT o.id, lookup(dim.place, (o.customer, Country), on_no_match => 'INFER') AS sk"
                    .replace("Country", "o.Country")
                + " FROM staging.orders o JOIN staging.lines l ON l.order_id = o.id");
    assertThat(place.keyInputs())
        .containsExactly(
            new KeyInput(TableName.parse("staging.orders"), List.of("customer", "country")));
    assertThat(place.inputs())
        .map(TableName::toString)
        .containsExactly("staging.customers", "staging.orders");
    assertThat(place.schema().names()).endsWith("is_current", "is_inferred", "known_from");
    assertThat(place.definition())
        .isNotEqualTo(
            inferred("SELECT id, lookup(dim.place, (customer, country)) AS sk FROM staging.orders")
                .definition());
  }

  @Test
  void oneTableNeedsNoAlias() {
    assertThat(
            inferred(
                    "SELECT id, lookup(dim.place, (customer, country), on_no_match => 'INFER') AS"
                        + " sk FROM staging.orders")
                .infers())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          (abs(customer), country), on_no_match => 'INFER'                           | FROM staging.orders
          (customer, country), on_no_match => 'INFER', bad_value => customer < 0     | FROM staging.orders
          (customer, country), on_no_match => 'INFER', not_applicable => id = 1      | FROM staging.orders
          (customer, country), on_no_match => 'INFER'                                | FROM (SELECT * FROM staging.orders)
          (customer, country), on_no_match => 'INFER'                                | FROM staging.orders, staging.lines
          (line, country), on_no_match => 'INFER'                                    | FROM (SELECT 1) q, staging.lines l, staging.orders
          (country, country), on_no_match => 'INFER'                                 | FROM staging.orders
          """)
  void keysThatNoStagingTableTellsAreRefused(String arguments, String from) {
    assertThat(
            new TestFolder(temp)
                .mart("SELECT 1 AS one, lookup(dim.place, " + arguments + ") AS sk " + from)
                .read()
                .problems())
        .isNotEmpty()
        .anyMatch(p -> p.toString().contains("WH-044"));
  }

  @Test
  void aCalendarInfersNoDays() {
    assertThat(
            new TestFolder(temp)
                .with(
                    "dimensions/date.sql",
                    "CREATE DIMENSION dim.date FROM CALENDAR BETWEEN '2026-01-01' AND '2026-12-31'")
                .mart(
                    "SELECT id, lookup(dim.date, day, on_no_match => 'INFER') AS d FROM"
                        + " staging.orders")
                .read()
                .problems())
        .singleElement()
        .asString()
        .contains("WH-044 dim.date makes its members itself");
  }
}
