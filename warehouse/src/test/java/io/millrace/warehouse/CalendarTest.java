package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.DynamicTable.Lookup;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalendarTest {
  @TempDir Path temp;

  private TestFolder folder(String clauses) {
    return new TestFolder(temp)
        .with("dimensions/date.sql", "CREATE DIMENSION dim.date FROM CALENDAR " + clauses);
  }

  private String day(String clauses, String day, String columns) throws SQLException {
    Calendar calendar =
        (Calendar) folder("BETWEEN '2019-12-28' AND '2027-01-05' " + clauses).table("dim.date");
    try (Database database = new Database("America/Bahia_Banderas")) {
      return database
          .rows(
              "SELECT %s FROM (%s) WHERE date = DATE '%s'"
                  .formatted(columns, calendar.select(), day))
          .getFirst();
    }
  }

  @Test
  void aDayIsItsNumber() throws SQLException {
    assertThat(day("", "2024-02-29", "date_key, year, quarter, month_name, day_of_year"))
        .isEqualTo("20240229|2024|1|February|60");
    assertThat(day("", "2024-02-29", "is_weekend, first_day_of_month, last_day_of_month"))
        .isEqualTo("false|2024-02-01|2024-02-29");
  }

  @Test
  void weeksFollowIsoOrBeginOnSunday() throws SQLException {
    String week = "week_year, week, day_of_week";
    assertThat(day("", "2027-01-01", week)).isEqualTo("2026|53|5");
    assertThat(day("WEEK ISO", "2019-12-30", week)).isEqualTo("2020|1|1");
    assertThat(day("WEEK SUNDAY", "2027-01-01", week)).isEqualTo("2027|1|6");
    assertThat(day("WEEK SUNDAY", "2027-01-03", week)).isEqualTo("2027|2|1");
  }

  @Test
  void aFiscalYearIsCalledByTheYearInWhichItEnds() throws SQLException {
    String fiscal = "fiscal_year, fiscal_quarter, fiscal_month";
    assertThat(day("", "2024-04-01", fiscal)).isEqualTo("2024|2|4");
    assertThat(day("FISCAL YEAR STARTS IN MONTH 4", "2024-03-31", fiscal)).isEqualTo("2024|4|12");
    assertThat(day("FISCAL YEAR STARTS IN MONTH 4", "2024-04-01", fiscal)).isEqualTo("2025|1|1");
  }

  @Test
  void everyDayIsThereOnceAndTheSecondRunGivesTheSame() throws SQLException {
    Calendar calendar =
        (Calendar) folder("BETWEEN '2020-01-01' AND '2020-12-31';").table("dim.date");
    try (Database database = new Database("Asia/Tokyo")) {
      assertThat(
              database.rows(
                  "SELECT count(*), count(DISTINCT date_key), min(date), max(date) FROM ("
                      + calendar.select()
                      + ")"))
          .containsExactly("366|366|2020-01-01|2020-12-31");
    }
    assertThat(calendar.schema().key()).containsExactly("date_key");
    assertThat(calendar.inputs()).isEmpty();
  }

  @Test
  void aDayIsLookedUpByDate() {
    DynamicTable mart =
        folder("BETWEEN '2020-01-01' AND '2030-12-31'")
            .mart("SELECT id, lookup(dim.date, day) AS date_key FROM staging.orders")
            .m();
    assertThat(mart.inputs()).contains(TableName.parse("dim.date"));
    assertThat(mart.query(TableName::toString, Optional.empty())).contains("date_key");
  }

  @Test
  void oneCalendarServesTwoFactsUnderTwoNames() throws SQLException {
    TestFolder folder =
        folder("BETWEEN '2026-01-01' AND '2026-12-31'")
            .with(
                "marts/other.sql",
                "CREATE DYNAMIC TABLE marts.other AS SELECT id, lookup(dim.date, day) AS date_key"
                    + " FROM staging.orders")
            .mart(
                "SELECT id, lookup(dim.date, day) AS order_date_key, lookup(dim.date, CAST(local AS"
                    + " DATE)) AS ship_date_key FROM staging.orders");
    Calendar calendar = (Calendar) folder.table("dim.date");
    DynamicTable other = (DynamicTable) folder.table("marts.other");
    try (Database database = new Database("Asia/Tokyo")) {
      database.run("CREATE TABLE dim.date AS " + calendar.select());
      database.run(
          "CREATE TABLE staging.orders AS SELECT * FROM (VALUES (1, DATE '2026-01-31', TIMESTAMP"
              + " '2026-02-01 23:59:59'), (2, DATE '2026-02-01', NULL), (3, DATE '2025-12-31',"
              + " TIMESTAMP '2026-01-31')) o(id, day, local)");
      assertThat(
              database.rows(
                  folder.m().query(TableName::toString, Optional.empty()) + " ORDER BY 1"))
          .containsExactly("1|20260131|20260201", "2|20260201|-1", "3|-3|20260131");
      assertThat(
              database.rows(
                  "SELECT m.id, o.id FROM (%s) m JOIN (%s) o ON o.date_key = m.ship_date_key JOIN dim.date d ON d.date_key = o.date_key ORDER BY ALL"
                      .formatted(
                          folder.m().query(TableName::toString, Optional.empty()),
                          other.query(TableName::toString, Optional.empty()))))
          .as("facts meet on the calendar's days, whatever they call them")
          .containsExactly("1|2", "3|1");
    }
    assertThat(folder.m().lookups())
        .extracting(Lookup::dimension, Lookup::column)
        .containsExactly(
            tuple(calendar.name(), Optional.of("order_date_key")),
            tuple(calendar.name(), Optional.of("ship_date_key")));
  }

  @Test
  void whatIsNoCalendarIsRefused() {
    assertThat(folder("BETWEEN '2020-13-01' AND '2030-12-31'").read().problems())
        .singleElement()
        .asString()
        .contains("WH-024 a day is written as '2026-01-31', got '2020-13-01'");
    assertThat(folder("BETWEEN '2021-01-01' AND '2020-12-31'").read().problems())
        .singleElement()
        .asString()
        .contains("WH-024 the calendar ends before it begins");
  }
}
