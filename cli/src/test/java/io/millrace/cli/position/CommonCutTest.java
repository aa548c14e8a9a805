package io.millrace.cli.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommonCutTest {
  private static final TablePosition ORDERS = everywhere("staging.orders", 20);
  private static final TablePosition CUSTOMER = everywhere("dim.customer", 17);
  private static final TablePosition FAST = rounds("marts.fast", 19, 4, 8, 12, 16, 19);
  private static final TablePosition SLOW = rounds("marts.slow", 16, 8, 16);

  @Test
  void tablesWithoutRoundsShareTheLeastOfTheirPositions() {
    assertThat(new CommonCut(List.of(ORDERS, CUSTOMER)).greatest()).isEqualTo(17);
  }

  @Test
  void aTableWithRoundsDecidesWhereTheOthersAreRead() {
    assertThat(new CommonCut(List.of(ORDERS, CUSTOMER, FAST)).greatest()).isEqualTo(16);
    assertThat(new CommonCut(List.of(ORDERS, FAST)).greatest()).isEqualTo(19);
  }

  @Test
  void tablesWithRoundsShareTheirGreatestCommonRound() {
    TablePosition older = rounds("marts.older", 8, 8);
    assertThat(new CommonCut(List.of(FAST, SLOW)).greatest()).isEqualTo(16);
    assertThat(new CommonCut(List.of(FAST, SLOW, older)).greatest()).isEqualTo(8);
  }

  @Test
  void roundsAboveThePositionDoNotCount() {
    TablePosition early = rounds("marts.early", 10, 8, 12);
    assertThat(new CommonCut(List.of(ORDERS, early)).greatest()).isEqualTo(8);
  }

  @Test
  void tablesThatShareNoRoundAreNamed() {
    TablePosition odd = rounds("marts.odd", 13, 5, 13);
    assertThatThrownBy(() -> new CommonCut(List.of(SLOW, odd)).greatest())
        .hasMessageStartingWith("CLI-005")
        .hasMessageContaining("marts.slow at 16")
        .hasMessageContaining("marts.odd at 13");
  }

  @Test
  void aTableWithoutItsFirstCutIsNamed() {
    TablePosition none = everywhere("staging.none", -1);
    assertThatThrownBy(() -> new CommonCut(List.of(ORDERS, none)).greatest())
        .hasMessageContaining("staging.none shows no cut yet");
    assertThatThrownBy(() -> new CommonCut(List.of(ORDERS, rounds("marts.none", -1))).greatest())
        .hasMessageContaining("marts.none shows no cut yet");
  }

  @Test
  void aCutThatIsAskedForIsTakenWhenAllTablesAreRightAtIt() {
    assertThat(new CommonCut(List.of(ORDERS, CUSTOMER)).exactly(3)).isEqualTo(3);
    assertThat(new CommonCut(List.of(ORDERS, FAST)).exactly(12)).isEqualTo(12);
  }

  @Test
  void aCutThatCannotBeReadIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> new CommonCut(List.of(ORDERS, FAST)).exactly(13))
        .hasMessageContaining("marts.fast (at cut 19) cannot be read at cut 13")
        .hasMessageContaining("nearest is 12");
    assertThatThrownBy(() -> new CommonCut(List.of(ORDERS, FAST)).exactly(2))
        .hasMessageContaining("nearest is 4");
    assertThatThrownBy(() -> new CommonCut(List.of(CUSTOMER)).exactly(18))
        .hasMessageContaining("nearest is 17");
  }

  private static TablePosition everywhere(String table, long at) {
    return TablePosition.everywhere(TableName.parse(table), at);
  }

  private static TablePosition rounds(String table, long at, long... rounds) {
    return TablePosition.atRounds(
        TableName.parse(table), at, java.util.Arrays.stream(rounds).boxed().toList());
  }
}
