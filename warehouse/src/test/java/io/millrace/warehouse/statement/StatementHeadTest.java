package io.millrace.warehouse.statement;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatementHeadTest {
  @Test
  void theFirstWordsSayWhichTableAndWhereItBelongs() {
    assertThat(StatementHead.of("-- a\ncreate or replace dynamic table \"marts\".N AS SELECT"))
        .contains(new StatementHead(TableName.parse("marts.n"), true));
    assertThat(StatementHead.of("CREATE STAGING TABLE staging.orders KEYS (id)"))
        .contains(new StatementHead(TableName.parse("staging.orders"), false));
    assertThat(StatementHead.file("CREATE DIMENSION dim.day FROM CALENDAR"))
        .isEqualTo(Path.of("dimensions", "day.sql"));
  }

  @Test
  void whatMakesNoTableOfItsKindSaysNothing() {
    for (String text :
        new String[] {
          "SELECT 1",
          "",
          "CREATE TABLE marts.n AS SELECT 1",
          "CREATE DYNAMIC TABLE staging.n AS SELECT 1",
          "CREATE DYNAMIC TABLE n AS SELECT 1",
          "CREATE DYNAMIC TABLE marts.\"../n\" AS SELECT 1",
          "CREATE DYNAMIC TABLE marts.'n' AS SELECT 1"
        }) {
      assertThat(StatementHead.of(text)).as(text).isEqualTo(Optional.empty());
      assertThat(StatementHead.file(text)).isEqualTo(Path.of("marts", "statement.sql"));
    }
  }
}
