package io.millrace.marts.refresh;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.Compacted;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The Delta table {@code marts._refresh_history}: a row a refresh. Rows are kept for a few seconds
 * and appended together, by any number of instances; what a crash takes with it is said again by no
 * one, it is a record, not a truth. So nothing that goes wrong here keeps a table from its refresh:
 * it is logged, and tried again. Rows of the last 30 days are kept.
 */
public final class RefreshHistory {
  /** Its name. */
  public static final TableName NAME = new TableName("marts", "_refresh_history");

  private static final Logger LOG = Logger.getLogger("millrace.refresh");
  private static final int TRIES = 3;
  private static final int ENTRIES_MAX = 10_000;
  private static final Duration OFTEN = Duration.ofSeconds(10);
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration LOOKED_FOR_OLD = Duration.ofHours(24);
  private static final CompactionGoal FILES = CompactionGoal.amidWork();
  private static final String ROWS = "refresh_history_rows";
  private static final String OLD = "refresh_history_old";
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
  private final Clock clock;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private @Nullable DeltaTable table;
  private @Nullable String trouble;
  private long appendedNanos = System.nanoTime();
  private long lookedNanos = System.nanoTime() - LOOKED_FOR_OLD.toNanos();

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

  /**
   * Nothing noted yet; the table is made with the first rows.
   *
   * @param clock for the age of rows
   */
  public RefreshHistory(Lake lake, Connection duck, Clock clock) {
    this.duck = duck;
    this.lake = lake;
    this.clock = clock;
  }

  /** Notes a refresh. Of those that cannot be appended the newest are kept. */
  public void add(Entry entry) {
    entries.add(entry);
    if (entries.size() > ENTRIES_MAX) {
      entries.removeFirst();
    }
  }

  /** Appends what was noted, if it is time. */
  public void appendIfDue() {
    if (System.nanoTime() - appendedNanos > OFTEN.toNanos()) {
      append();
    }
  }

  /** Appends what was noted, or says once that it cannot be, and keeps it. */
  public void append() {
    appendedNanos = System.nanoTime();
    if (entries.isEmpty()) {
      return;
    }
    try {
      for (int tries = 0; tries < TRIES && !appended(opened()); tries++) {
        table = null;
      }
      tidy(opened());
      trouble = null;
    } catch (MillraceException e) {
      table = null;
      if (!e.getMessage().equals(trouble)) {
        LOG.warnf(e, "%s is not kept up to date, tried again: %s", NAME, e.getMessage());
      }
      trouble = e.getMessage();
    }
  }

  private DeltaTable opened() {
    DeltaTable open = table;
    if (open == null) {
      open =
          lake.exists(NAME)
              ? lake.open(NAME)
              : lake.create(NAME, TableSpec.of(SCHEMA), Watermark.at(-1, "_refresh_history"));
      table = open;
    }
    return open;
  }

  /** False if another instance has appended meanwhile: its rows are kept, ours come after them. */
  private boolean appended(DeltaTable to) {
    long cut =
        Math.max(to.watermark().cut(), entries.stream().mapToLong(Entry::cut).max().orElse(-1));
    try {
      CommitResult result = to.append(duck, rows(to), Watermark.at(cut, "_refresh_history"));
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

  /** Packs the files that appends leave behind, and once a day drops what is old. */
  private void tidy(DeltaTable of) {
    if (of.compactionDue(FILES)) {
      Compacted done = lake.maintenance(NAME).compact(duck, FILES);
      LOG.infof("compacted %s: %d files became %d", NAME, done.filesBefore(), done.filesAfter());
      of.refresh();
    }
    if (System.nanoTime() - lookedNanos >= LOOKED_FOR_OLD.toNanos()) {
      lookedNanos = System.nanoTime();
      dropOld(of);
    }
  }

  /**
   * Drops rows older than they are kept, once they are a quarter of all: all rows are read then.
   */
  private void dropOld(DeltaTable of) {
    String old =
        "started_at < CAST(%s AS TIMESTAMPTZ)"
            .formatted(Sql.text(clock.instant().minus(KEPT).toString()));
    RowSchema columns = of.history().createView(duck, of.version(), ROWS);
    long count = Sql.number(duck, "SELECT count(*) FROM " + ROWS + " WHERE " + old);
    if (count == 0 || count * 4 < of.rows()) {
      return;
    }
    Mirror mirror = Mirror.load(duck, of, Sql.name(OLD));
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT 'delete' AS _change_type, %s, __file, __row, rowid AS __mirrored FROM %s WHERE %s"
            .formatted(ROWS + "_changes", Sql.names(columns.names()), mirror.relation(), old));
    CommitResult result = of.commit(duck, mirror, "temp.main." + ROWS + "_changes", of.watermark());
    if (result instanceof CommitResult.Committed) {
      LOG.infof("dropped %d rows of %s that were older than %s", count, NAME, KEPT);
    }
    Sql.run(duck, "DROP TABLE " + ROWS + "_changes");
    Sql.run(duck, "DROP TABLE " + mirror.relation());
  }

  /** SELECT of the entries' rows; a table of an earlier release keeps its columns. */
  private String rows(DeltaTable to) {
    String columns =
        SCHEMA.columns().stream()
            .filter(c -> to.schema().column(c.name()).isPresent())
            .map(c -> "CAST(%1$s AS %2$s) AS %1$s".formatted(Sql.name(c.name()), c.type().sql()))
            .collect(Collectors.joining(", "));
    // One SELECT: of thousands that are put together, DuckDB takes minutes to make a plan.
    return "SELECT %s FROM (VALUES %s) AS entries(%s)"
        .formatted(
            columns,
            entries.stream().map(RefreshHistory::row).collect(Collectors.joining(", ")),
            Sql.names(SCHEMA.names()));
  }

  /** An entry's values, in the order of the columns. */
  private static String row(Entry e) {
    return Stream.of(
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
            Long.toString(e.repointed()))
        .collect(Collectors.joining(", ", "(", ")"));
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
