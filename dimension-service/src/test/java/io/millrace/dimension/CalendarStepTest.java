package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.warehouse.Calendar;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalendarStepTest {
  @TempDir Path folder;

  @Test
  void aCalendarLiesInTheLakeWithItsDefaultMembers() throws SQLException {
    Calendar calendar =
        Statements.calendar(folder, "BETWEEN '2024-01-01' AND '2024-12-31' WEEK SUNDAY");
    try (DuckDb duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect();
        Lake lake = new Lake(folder.resolve("lake"))) {
      DeltaTable table =
          lake.create(
              new TableName("dim", "date"),
              TableSpec.of(calendar.schema()),
              Watermark.at(-1, calendar.definition()),
              duck,
              CalendarStep.rows(calendar));
      var _ = table.history().createView(duck, 0, "days");
      assertThat(Sql.number(duck, "SELECT count(*) FROM days WHERE date_key > 0")).isEqualTo(366);
      assertThat(Sql.number(duck, "SELECT min(date_key) FROM days WHERE date_key > 0"))
          .isEqualTo(20240101);
      assertThat(
              Sql.number(
                  duck,
                  "SELECT count(*) FROM days WHERE date_key BETWEEN -4 AND -1 AND is_current"))
          .isEqualTo(4);
    }
  }
}
