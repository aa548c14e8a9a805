package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PropertyTest {
  private static final String MEDIAN = "SELECT median(amount) AS m FROM staging.orders";

  @TempDir Path temp;

  private DynamicTable mart(String select) {
    return new TestFolder(temp).mart(select).m();
  }

  @Test
  void aPropertyIsSetAndNothingElseChanges() {
    DynamicTable before = mart("SELECT id FROM staging.orders");
    DynamicTable after = Property.TARGET_LAG.set(before, "90 min");
    after = Property.named("refresh_mode").orElseThrow().set(after, "full");
    after = Property.CARDINALITY_THRESHOLD.set(after, "0.25");
    after = Property.COMMENT.set(after, "it's here");
    assertThat(after.targetLag()).isEqualTo(new TargetLag.Within(Duration.ofMinutes(90)));
    DynamicTable altered = after;
    assertThat(List.of(Property.values()).stream().map(p -> p.of(altered)))
        .containsExactly("90 minutes", "FULL", "0.25", "it's here");
    assertThat(List.of(Property.values()).stream().map(p -> p.of(before)))
        .containsExactly("1 minute", "AUTO", "", "");
    assertThat(altered.with(before.targetLag()).with(before.refreshMode()))
        .isEqualTo(before.with(altered.cardinalityThreshold()).with(altered.comment()));
  }

  @Test
  void whatAStatementMayNotSayCannotBeSet() {
    DynamicTable table = mart(MEDIAN);
    assertThatThrownBy(() -> Property.TARGET_LAG.set(table, "soon"))
        .isInstanceOf(MillraceException.class)
        .hasMessageStartingWith("WH-024 dynamic table marts.m cannot be altered: TARGET_LAG must");
    assertThatThrownBy(() -> Property.CARDINALITY_THRESHOLD.set(table, "1.5"))
        .hasMessageStartingWith("WH-024");
    assertThatThrownBy(() -> Property.REFRESH_MODE.set(table, "FUL"))
        .hasMessageContaining("(did you mean FULL?)");
    assertThatThrownBy(() -> Property.REFRESH_MODE.set(table, "INCREMENTAL"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.errorCode()).isEqualTo(WarehouseError.WH_064_NOT_INCREMENTAL))
        .hasMessageContaining("TOTAL_CANNOT_BE_UNDONE");
    assertThat(Property.named("KEYS")).isEmpty();
  }

  @Test
  void aLagHasOneTextThatReadsAsTheSame() {
    for (String text :
        List.of("90 minutes", "1 day", "36 hours", "1 second", "1500 milliseconds", "upstream")) {
      TargetLag lag = TargetLag.parse(text).orElseThrow();
      assertThat(lag.text()).isEqualTo(text);
      assertThat(TargetLag.parse(lag.text())).contains(lag);
    }
    assertThat(TargetLag.parse("60 s").orElseThrow().text()).isEqualTo("1 minute");
  }

  @Test
  void aShareHasOneTextThatReadsAsTheSame() {
    DynamicTable table = mart("SELECT id FROM staging.orders");
    for (String text : List.of("0", "1", "0.25", "0.00001")) {
      DynamicTable set = Property.CARDINALITY_THRESHOLD.set(table, text);
      assertThat(Property.CARDINALITY_THRESHOLD.of(set)).isEqualTo(text);
    }
    assertThat(Property.CARDINALITY_THRESHOLD.of(Property.CARDINALITY_THRESHOLD.set(table, "0.50")))
        .isEqualTo("0.5");
  }

  @Test
  void aWarehouseTakesAnAlteredTableInItsPlace() {
    Warehouse warehouse =
        new TestFolder(temp).mart("SELECT id FROM staging.orders").read().orThrow();
    DynamicTable altered =
        Property.COMMENT.set(warehouse.dynamicTables().getFirst(), "another one");
    Warehouse after = warehouse.with(List.of(altered));
    assertThat(after.table(altered.name())).containsSame(altered);
    assertThat(after.tables()).hasSameSizeAs(warehouse.tables());
    assertThat(after.stagingTables()).isEqualTo(warehouse.stagingTables());
  }
}
