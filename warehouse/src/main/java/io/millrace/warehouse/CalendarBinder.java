package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.statement.Statement.CalendarStatement;
import io.millrace.warehouse.statement.Statement.Term;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes calendars of their statements. */
final class CalendarBinder {
  private static final Set<String> NEVER_NULL =
      Set.of(Calendar.DATE_KEY, Dimension.VALID_FROM, Dimension.VALID_TO, Dimension.IS_CURRENT);

  private final Binding binding;

  CalendarBinder(Binding binding) {
    this.binding = binding;
  }

  /** Checks what the clauses say; empty, with problems, when something is wrong. */
  static Optional<String> select(CalendarStatement statement, Problems problems) {
    Optional<LocalDate> from = day(statement, statement.from(), problems);
    Optional<LocalDate> to = day(statement, statement.to(), problems);
    int month = statement.fiscalMonth().map(t -> Integer.parseInt(t.text())).orElse(1);
    if (month < 1 || month > 12) {
      problems.add(
          WarehouseError.WH_024_CLAUSE_VALUE,
          statement.header().text(),
          statement.fiscalMonth().orElseThrow().offset(),
          "a month is 1 to 12, got " + month);
      return Optional.empty();
    }
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    if (!from.get().isBefore(to.get())) {
      problems.add(
          WarehouseError.WH_024_CLAUSE_VALUE,
          statement.header().text(),
          statement.to().offset(),
          "the calendar ends before it begins");
      return Optional.empty();
    }
    boolean iso = !statement.week().filter(t -> t.text().equals("SUNDAY")).isPresent();
    return Optional.of(sql(from.get(), to.get(), month, iso));
  }

  private static Optional<LocalDate> day(
      CalendarStatement statement, Term term, Problems problems) {
    try {
      LocalDate day = LocalDate.parse(term.text());
      if (day.getYear() >= 1 && day.getYear() <= 9999) {
        return Optional.of(day);
      }
    } catch (DateTimeParseException e) {
      // Said below.
    }
    problems.add(
        WarehouseError.WH_024_CLAUSE_VALUE,
        statement.header().text(),
        term.offset(),
        "a day is written as '2026-01-31', got '" + term.text() + "'");
    return Optional.empty();
  }

  /** A fiscal year is called by the calendar year in which it ends. */
  private static String sql(LocalDate from, LocalDate to, int fiscalMonth, boolean iso) {
    String week =
        iso
            ? "isodow(d) AS day_of_week, weekofyear(d) AS week, isoyear(d) AS week_year"
            : "dayofweek(d) + 1 AS day_of_week,"
                + " (dayofyear(d) - 1 + dayofweek(date_trunc('year', d))) // 7 + 1 AS week,"
                + " year(d) AS week_year";
    return """
    SELECT (year(d) * 10000 + month(d) * 100 + day(d))::BIGINT AS date_key, d AS date,
      year(d)::INTEGER AS year, quarter(d)::INTEGER AS quarter, month(d)::INTEGER AS month,
      monthname(d) AS month_name, day(d)::INTEGER AS day_of_month,
      dayofyear(d)::INTEGER AS day_of_year, dayname(d) AS day_name, day_of_week::INTEGER AS day_of_week,
      week::INTEGER AS week, week_year::INTEGER AS week_year, isodow(d) > 5 AS is_weekend,
      date_trunc('month', d)::DATE AS first_day_of_month, last_day(d) AS last_day_of_month,
      (year(d) + CASE WHEN %4$d > 1 AND month(d) >= %4$d THEN 1 ELSE 0 END)::INTEGER AS fiscal_year,
      ((month(d) + 12 - %4$d) %% 12 // 3 + 1)::INTEGER AS fiscal_quarter,
      ((month(d) + 12 - %4$d) %% 12 + 1)::INTEGER AS fiscal_month,
      TIMESTAMPTZ '1900-01-01 00:00:00+00' AS valid_from,
      TIMESTAMPTZ '9999-12-31 00:00:00+00' AS valid_to, TRUE AS is_current
    FROM (SELECT *, %3$s FROM (
      SELECT t.moment::DATE AS d
      FROM range(TIMESTAMP '%1$s', TIMESTAMP '%2$s' + INTERVAL 1 DAY, INTERVAL 1 DAY) AS t(moment)))
    """
        .formatted(from, to, week, fiscalMonth);
  }

  /** Binds; the statement's SELECT is that of {@link #select}. */
  Optional<Calendar> bind(ParsedTable parsed) {
    Optional<BoundSelect> bound = binding.bind(parsed, Layer.DYNAMIC, List.of());
    return bound.map(select -> {
      RowSchema schema =
          new RowSchema(
              select.columns().stream()
                  .map(c -> new Column(c.name(), c.type(), !NEVER_NULL.contains(c.name())))
                  .toList(),
              List.of(Calendar.DATE_KEY));
      return new Calendar(
          parsed.name(),
          schema,
          new Definition("calendar", select, schema).hash(),
          parsed.statement().header().text().file(),
          select.template());
    });
  }
}
