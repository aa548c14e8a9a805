package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.Dimension.Deletes;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the clauses of CREATE DIMENSION make of it. */
class DimensionTest {
  @TempDir Path temp;

  private TestFolder folder(String clauses) {
    return new TestFolder(temp)
        .with(
            "dimensions/d.sql",
            "CREATE DIMENSION dim.d KEYS (id, country) %s AS SELECT id, country, name FROM staging.customers"
                .formatted(clauses));
  }

  private Dimension dimension(String clauses) {
    return (Dimension) folder(clauses).table("dim.d");
  }

  @Test
  void everyTypeHasItsColumns() {
    List<String> one = List.of("d_sk", "id", "country", "name");
    assertThat(dimension("STORED AS SCD TYPE 0").schema().names())
        .startsWith(one.toArray(String[]::new))
        .endsWith("valid_from", "valid_to", "is_current")
        .hasSize(7);
    assertThat(
            dimension("STORED AS SCD TYPE 3 PREVIOUS VALUES (name AS old_name)").schema().names())
        .containsSubsequence("name", "old_name", "valid_from");
    assertThat(dimension("STORED AS SCD TYPE 3 PREVIOUS VALUES (name)").previous())
        .isEqualTo(Map.of("name", "previous_name"));
    assertThat(dimension("STORED AS SCD TYPE 6").schema().names())
        .containsSubsequence("name", "current_name", "valid_from");
    assertThat(dimension("STORED AS SCD TYPE 7").schema().names()).startsWith("d_sk", "d_dk", "id");
    assertThat(dimension("STORED AS SCD TYPE 7 DURABLE KEY k").durableKey()).contains("k");
    assertThat(dimension("STORED AS SCD TYPE 2 APPLY AS DELETE FLAG").schema().names())
        .endsWith("is_current", "is_deleted");
  }

  @Test
  void bothTablesOfType4ArePartitioned() {
    Warehouse warehouse = folder("STORED AS SCD TYPE 4 PARTITION BY (Country)").read().orThrow();
    assertThat(warehouse.table(new TableName("dim", "d")).orElseThrow().partitionBy())
        .containsExactly("country");
    assertThat(warehouse.table(new TableName("dim", "d_history")).orElseThrow().partitionBy())
        .containsExactly("country");
    assertThat(dimension("STORED AS SCD TYPE 2").partitionBy()).isEmpty();
  }

  @Test
  void type4IsTwoTables() {
    Warehouse warehouse = folder("STORED AS SCD TYPE 4 SURROGATE KEY sk").read().orThrow();
    Dimension current = (Dimension) warehouse.table(new TableName("dim", "d")).orElseThrow();
    Dimension history =
        (Dimension) warehouse.table(new TableName("dim", "d_history")).orElseThrow();
    assertThat(current.scdType()).isEqualTo(ScdType.TYPE_1);
    assertThat(current.surrogateKey()).isEqualTo("sk");
    assertThat(history.scdType()).isEqualTo(ScdType.TYPE_7);
    assertThat(history.surrogateKey()).isEqualTo("d_history_sk");
    assertThat(history.durableKey()).contains("sk");
    assertThat(history.definition()).isNotEqualTo(current.definition());
  }

  @Test
  void historyIsTrackedOnAllButSomeColumns() {
    assertThat(dimension("STORED AS SCD TYPE 2").tracked()).containsExactly("name");
    assertThat(dimension("STORED AS SCD TYPE 2 TRACK HISTORY ON *").tracked())
        .containsExactly("name");
    assertThat(dimension("STORED AS SCD TYPE 2 TRACK HISTORY ON * EXCEPT (name)").tracked())
        .isEmpty();
    assertThat(dimension("STORED AS SCD TYPE 2 IGNORE NULL UPDATES").ignoreNulls())
        .containsExactly("name");
    assertThat(dimension("STORED AS SCD TYPE 2 IGNORE NULL UPDATES ON (name)").ignoreNulls())
        .containsExactly("name");
    assertThat(
            dimension("STORED AS SCD TYPE 2 IGNORE NULL UPDATES ON * EXCEPT (name)").ignoreNulls())
        .isEmpty();
  }

  @Test
  void aConditionOfDeletesReadsTheInputAndIsNoColumn() {
    Dimension dimension =
        (Dimension)
            new TestFolder(temp)
                .with(
                    "dimensions/d.sql",
                    "CREATE DIMENSION dim.d KEYS (id) STORED AS SCD TYPE 2 SEQUENCE BY (moment,"
                        + " amount) APPLY AS DELETE WHEN (country = ')' OR day IS NULL) REMOVE AS"
                        + " SELECT id, moment, amount FROM staging.orders")
                .table("dim.d");
    assertThat(dimension.deletes()).isEqualTo(new Deletes(OnDelete.REMOVE, true, false));
    assertThat(dimension.sequenceBy()).containsExactly("moment", "amount");
    assertThat(dimension.attributes().names()).containsExactly("id", "moment", "amount");
    assertThat(dimension.select("x")).contains(Deletes.IS_END).contains("')'");
  }

  @Test
  void theDurableKeyIsLookedUpOnRequest() {
    DynamicTable mart =
        folder("STORED AS SCD TYPE 7")
            .mart(
                "SELECT id, lookup(dim.d, (customer, country), as_of => moment) AS sk,"
                    + " lookup(dim.d, (customer, country), durable => true) AS dk FROM"
                    + " staging.orders")
            .m();
    assertThat(mart.query(TableName::toString, java.util.Optional.empty()))
        .contains("d_sk")
        .contains("d_dk");
  }

  @Test
  void aDimensionWithoutADurableKeyHasNoneToLookUp() {
    assertThat(
            folder("STORED AS SCD TYPE 2")
                .mart(
                    "SELECT id, lookup(dim.d, (customer, country), durable => true) AS dk FROM"
                        + " staging.orders")
                .read()
                .problems())
        .singleElement()
        .asString()
        .contains("WH-041 dim.d has no durable key");
  }

  @Test
  void aJunkDimensionIsTheCombinationsThatWereEverThere() {
    Dimension dimension =
        (Dimension)
            new TestFolder(temp)
                .with(
                    "dimensions/d.sql",
                    "CREATE DIMENSION dim.d KEYS (country, opens) STORED AS SCD TYPE 1 APPLY AS"
                        + " DELETE IGNORE AS SELECT country, amount > 0 AS opens FROM"
                        + " staging.orders")
                .table("dim.d");
    assertThat(dimension.tracked()).isEmpty();
  }

  private TestFolder junk(String clauses) {
    return new TestFolder(temp)
        .with(
            "dimensions/d.sql",
            "CREATE DIMENSION dim.d %s AS SELECT DISTINCT country, amount > 0 AS opens FROM staging.orders"
                .formatted(clauses));
  }

  @Test
  void selectDistinctIsAJunkDimension() {
    Dimension dimension = (Dimension) junk("").table("dim.d");
    assertThat(dimension.keys()).containsExactly("country", "opens");
    assertThat(dimension.deletes().action()).isEqualTo(OnDelete.IGNORE);
    assertThat(dimension.scdType()).isEqualTo(ScdType.TYPE_1);
    assertThat(dimension.select("x")).doesNotContain("DISTINCT");
    assertThat(junk("KEYS (opens, country) SURROGATE KEY k").table("dim.d"))
        .isInstanceOf(Dimension.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KEYS (country)",
        "STORED AS SCD TYPE 2",
        "SEQUENCE BY opens",
        "APPLY AS DELETE CLOSE",
        "FROM SNAPSHOT"
      })
  void aJunkDimensionHasNoHistory(String clauses) {
    assertThat(junk(clauses).read().problems())
        .anyMatch(p -> p.toString().contains("WH-024") && p.toString().contains("SELECT DISTINCT"));
  }
}
