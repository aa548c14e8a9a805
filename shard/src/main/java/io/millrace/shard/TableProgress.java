package io.millrace.shard;

import io.micrometer.core.instrument.Metrics;
import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.CommitResult;
import io.millrace.lake.Sql;
import io.millrace.runtime.TableStatus;
import io.millrace.warehouse.Calendar;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a table says of itself, and whether it may step now: an error that may pass pauses it, any
 * other stops it until the service starts again; the other tables of the shard go on.
 */
public final class TableProgress {
  private static final Logger LOG = Logger.getLogger("millrace.table");
  private static final long SHOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int DEFAULT_MEMBERS = 4;
  private static final int SHARE = 10;
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Shard shard;
  private final WrittenTable table;
  private final Table definition;
  private final Set<String> sources;
  private final Retry retry = new Retry();
  private Duration targetLag;
  private long rows = -1;
  private long refreshes;
  private @Nullable Instant lastRefresh;
  private @Nullable String waitingFor;
  private @Nullable String refused;
  private @Nullable MillraceException error;
  private long retryNanos;
  private long beganNanos = System.nanoTime();
  private long shownNanos = System.nanoTime() - TimeUnit.HOURS.toNanos(1);

  TableProgress(Shard shard, WrittenTable table) {
    this.shard = shard;
    this.table = table;
    this.definition = shard.around().warehouse().table(table.name()).orElseThrow();
    this.sources = Lineage.sources(shard.around().warehouse(), table.name());
    this.targetLag = Lineage.effectiveLag(shard.around().warehouse(), definition);
  }

  /** The sources that the table is made from, directly or not. */
  public Set<String> sources() {
    return sources;
  }

  /** The promise about data time. */
  public Duration targetLag() {
    return targetLag;
  }

  /** Another promise about data time holds from now on. */
  public void promises(Duration lag) {
    targetLag = lag;
  }

  /** Whether the table may step now. */
  public boolean mayStep() {
    if (error == null) {
      return true;
    }
    return error.errorCode().response() == ErrorCode.Response.RETRY
        && System.nanoTime() >= retryNanos;
  }

  /** Whether it waits after an error, so that its mirror has to be read anew. */
  public boolean failed() {
    return error != null;
  }

  /**
   * Whether it waits after an error that is its cut's: the data of then are at fault, or are gone,
   * so that only a later cut can do better.
   */
  public boolean needsLaterCut() {
    return error != null
        && (error.errorCode().kind() == ErrorCode.Kind.SOURCE_DATA
            || error.errorCode() == LakeError.LK_011_HISTORY_GONE);
  }

  void committed(CommitResult.Committed committed) {
    rows = -1;
    Metrics.counter(
            io.millrace.contracts.Metrics.ROWS, "table", table.name().toString(), "kind", "insert")
        .increment((double) committed.rowsInserted());
    Metrics.counter(
            io.millrace.contracts.Metrics.ROWS, "table", table.name().toString(), "kind", "delete")
        .increment((double) committed.rowsDeleted());
  }

  /** A step or refresh begins. */
  public void began() {
    beganNanos = System.nanoTime();
  }

  /** The step or refresh that began ended well. */
  public void stepped(boolean changed) {
    error = null;
    waitingFor = null;
    retry.reset();
    refreshes++;
    lastRefresh = shard.around().clock().instant();
    Metrics.counter(
            io.millrace.contracts.Metrics.REFRESHES,
            "table",
            table.name().toString(),
            "outcome",
            changed ? "changed" : "unchanged")
        .increment();
    Metrics.timer(io.millrace.contracts.Metrics.REFRESH_SECONDS, "table", table.name().toString())
        .record(Duration.ofNanos(System.nanoTime() - beganNanos));
  }

  /** It has nothing to do but wait. */
  public void waiting(@Nullable String what) {
    waitingFor = what;
  }

  /** It goes on without having done what was ordered. */
  void refused(String why) {
    refused = why;
    shownNanos = System.nanoTime() - SHOW_NANOS;
  }

  /** It may go on: what stopped it is gone. */
  public void cleared() {
    error = null;
    refused = null;
    shownNanos = System.nanoTime() - SHOW_NANOS;
  }

  /** A step failed. */
  public void failed(MillraceException cause) {
    boolean news = error == null || !error.getMessage().equals(cause.getMessage());
    error = cause;
    Duration pause =
        pause(
            cause.errorCode().kind(),
            retry.next(),
            Duration.ofNanos(System.nanoTime() - beganNanos));
    retryNanos = System.nanoTime() + pause.toNanos();
    Metrics.counter(
            io.millrace.contracts.Metrics.REFRESHES,
            "table",
            table.name().toString(),
            "outcome",
            "failed")
        .increment();
    if (Thread.currentThread().isInterrupted()) {
      LOG.infof("table %s is left in the midst of its work, which is tried again", table.name());
      LOG.debug("cause", cause);
    } else if (news && cause.errorCode().response() == ErrorCode.Response.RETRY) {
      LOG.warnf(cause, "table %s tries again in %s: %s", table.name(), pause, cause.getMessage());
    } else if (news) {
      LOG.errorf("table %s stopped: %s", table.name(), cause.getMessage());
      LOG.debug("cause", cause);
    }
    shownNanos = System.nanoTime() - SHOW_NANOS;
    show();
  }

  /**
   * When to try again. What data are at fault for fails the same way over and over, so that it
   * takes a tenth of its loop's time at most; but it is tried every ten minutes, for data are
   * mended.
   *
   * @param usual the pause after errors that pass by themselves
   * @param took what the try took that failed
   */
  static Duration pause(ErrorCode.Kind kind, Duration usual, Duration took) {
    if (kind != ErrorCode.Kind.SOURCE_DATA) {
      return usual;
    }
    Duration share = took.multipliedBy(SHARE - 1);
    Duration least = share.compareTo(LONGEST) < 0 ? share : LONGEST;
    return usual.compareTo(least) < 0 ? least : usual;
  }

  /** Puts the status on the board, at most twice a second. */
  public void show() {
    if (System.nanoTime() - shownNanos < SHOW_NANOS) {
      return;
    }
    shownNanos = System.nanoTime();
    if (rows < 0) {
      rows =
          Sql.number(shard.duck(), "SELECT count(*) FROM " + WrittenTable.relation(table.name()));
    }
    Optional<Instant> dataTime = shard.around().cutLog().committedAt(sources, table.through());
    shard
        .around()
        .board()
        .table(
            new TableStatus(
                table.name().toString(),
                state(),
                definition instanceof Dimension || definition instanceof Calendar
                    ? rows - DEFAULT_MEMBERS
                    : rows,
                table.delta().version(),
                table.through(),
                dataTime.orElse(null),
                dataTime
                    .map(at -> Duration.between(at, shard.around().clock().instant()).toMillis())
                    .orElse(null),
                targetLag.toMillis(),
                lastRefresh,
                refreshes,
                table.delta().watermark().withheld(),
                table.delta().path().toString(),
                waitingFor,
                error == null ? refused : error.getMessage()));
  }

  private TableStatus.State state() {
    if (error == null) {
      return table.through() < 0 ? TableStatus.State.STARTING : TableStatus.State.RUNNING;
    }
    return error.errorCode().response() == ErrorCode.Response.RETRY
        ? TableStatus.State.RETRYING
        : TableStatus.State.STOPPED;
  }
}
