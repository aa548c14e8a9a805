package io.millrace.marts.refresh;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Delta table {@code marts._refresh_history}: a row a refresh. Rows are kept for a few seconds
 * and appended together, by any number of instances; what a crash takes with it is said again by no
 * one, it is a record, not a truth.
 */
public final class RefreshHistory {
  /** Its name. */
  public static final TableName NAME = new TableName("marts", "_refresh_history");

  private static final int TRIES = 3;
  private static final Duration OFTEN = Duration.ofSeconds(10);
  private static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              column("table_name", Simple.VARCHAR),
              column("cut", Simple.BIGINT),
              column("version", Simple.BIGINT),
              column("started_at", Simple.TIMESTAMPTZ),
              column("duration_ms", Simple.BIGINT),
              column("strategy", Simple.VARCHAR),
              column("reason", Simple.VARCHAR),
              column("reason_code", Simple.VARCHAR),
              column("predicted_full_ms", Simple.DOUBLE),
              column("predicted_incremental_ms", Simple.DOUBLE),
              column("outcome", Simple.VARCHAR),
              column("rows_inserted", Simple.BIGINT),
              column("rows_updated", Simple.BIGINT),
              column("rows_deleted", Simple.BIGINT),
              column("data_time", Simple.TIMESTAMPTZ),
              column("error", Simple.VARCHAR),
              column("strategy_ms", Simple.DOUBLE),
              column("rows_repointed", Simple.BIGINT)),
          List.of());

  private final Connection duck;
  private final Lake lake;
  private DeltaTable table;
  private final List<Entry> entries = new ArrayList<>();
  private long appendedNanos = System.nanoTime();

  /**
   * One refresh.
   *
   * @param table which table
   * @param cut the cut that it was brought to
   * @param version the Delta version after it
   * @param startedAt when it began
   * @param duration how long it took
   * @param outcome what was done, why so, and what came of it
   * @param reason why it was refreshed
   * @param repointed rows whose lookups give another key than before
   * @param dataTime source time up to which the table is complete
   * @param result what came of it
   * @param error code and text of a failure, or of what it was skipped for
   */
  public record Entry(
      TableName table,
      long cut,
      long version,
      Instant startedAt,
      Duration duration,
      Refresh.Outcome outcome,
      String reason,
      long repointed,
      @Nullable Instant dataTime,
      Result result,
      @Nullable String error) {}

  /** What came of a refresh or audit. */
  public enum Result {
    CHANGED,
    UNCHANGED,
    FAILED,
    /** A table that it reads has failed at this cut. */
    SKIPPED,
    /** An audit found the table's rows to be the query's. */
    RIGHT,
    /** An audit found others. */
    WRONG;

    /** As the table has it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public RefreshHistory(Lake lake, Connection duck) {
    this.duck = duck;
    this.lake = lake;
    this.table =
        lake.exists(NAME)
            ? lake.open(NAME)
            : lake.create(NAME, TableSpec.of(SCHEMA), Watermark.at(-1, "_refresh_history"));
  }

  /** Notes a refresh. */
  public void add(Entry entry) {
    entries.add(entry);
  }

  /** Appends what was noted, if it is time. */
  public void appendIfDue() {
    if (System.nanoTime() - appendedNanos > OFTEN.toNanos()) {
      append();
    }
  }

  /** Appends what was noted. */
  public void append() {
    appendedNanos = System.nanoTime();
    if (entries.isEmpty()) {
      return;
    }
    for (int tries = 0; tries < TRIES && !appended(); tries++) {
      table = lake.open(NAME);
    }
  }

  /** False if another instance has appended meanwhile: its rows are kept, ours come after them. */
  private boolean appended() {
    String rows = entries.stream().map(this::row).collect(Collectors.joining(" UNION ALL "));
    long cut =
        Math.max(table.watermark().cut(), entries.stream().mapToLong(Entry::cut).max().orElse(-1));
    try {
      CommitResult result = table.append(duck, rows, Watermark.at(cut, "_refresh_history"));
      if (result instanceof CommitResult.Committed) {
        entries.clear();
      }
      return entries.isEmpty();
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_005_FENCED) {
        throw e;
      }
      return false;
    }
  }

  private String row(Entry e) {
    List<String> values =
        List.of(
            Sql.text(e.table().toString()),
            Long.toString(e.cut()),
            Long.toString(e.version()),
            instant(e.startedAt()),
            Long.toString(e.duration().toMillis()),
            Sql.text(e.outcome().strategy()),
            Sql.text(e.reason()),
            Sql.text(e.outcome().reason()),
            millis(e.outcome().predicted().get("FULL")),
            millis(e.outcome().predicted().get("INCREMENTAL")),
            Sql.text(e.result().text()),
            Long.toString(e.outcome().changes().inserts()),
            Long.toString(e.outcome().changes().updates()),
            Long.toString(e.outcome().changes().deletes()),
            instant(e.dataTime()),
            e.error() == null ? "NULL" : Sql.text(e.error()),
            Double.toString(e.outcome().millis()),
            Long.toString(e.repointed()));
    StringBuilder select = new StringBuilder("SELECT ");
    for (int i = 0; i < values.size(); i++) {
      Column column = SCHEMA.columns().get(i);
      // A table of an earlier release keeps its columns.
      if (table.schema().column(column.name()).isEmpty()) {
        continue;
      }
      select
          .append(i == 0 ? "" : ", ")
          .append("CAST(")
          .append(values.get(i))
          .append(" AS ")
          .append(column.type().sql())
          .append(") AS ")
          .append(Sql.name(column.name()));
    }
    return select.toString();
  }

  private static String millis(@Nullable Double millis) {
    return millis == null ? "NULL" : Double.toString(millis);
  }

  private static String instant(@Nullable Instant at) {
    return at == null ? "NULL" : Sql.text(at.toString());
  }

  private static Column column(String name, DataType type) {
    return new Column(name, type, true);
  }
}
