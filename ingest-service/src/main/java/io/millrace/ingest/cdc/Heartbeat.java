package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Writes a transaction of nothing into the source's log now and then. When it comes back, all that
 * was committed before it has come too; and it moves the slot on while the source is idle. Now and
 * then it looks whether all tables are still published and what they were, which nothing in the log
 * tells. Used by one thread.
 */
final class Heartbeat implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Heartbeat.class.getName());
  private static final Duration LOOK_EVERY_MAX = Duration.ofSeconds(10);
  private static final int BEATS_A_LOOK = 10;

  /** A look may take a twentieth of the time. */
  private static final int LOOK_SHARE = 20;

  private final Database database;
  private final ReplicationSlot slot;
  private final Publication publication;
  private final TableWatch watch;
  private final Connection connection;
  private final long intervalNanos;
  private long lastBeat;
  private long nextLook;
  private long retainedBytes = -1;

  Heartbeat(
      Database database,
      ReplicationSlot slot,
      Publication publication,
      TableWatch watch,
      Duration interval) {
    this.database = database;
    this.watch = watch;
    this.slot = slot;
    this.publication = publication;
    this.intervalNanos = interval.toNanos();
    this.connection = database.open();
    long now = System.nanoTime();
    this.lastBeat = now - intervalNanos;
    this.nextLook = now;
    try (Statement statement = connection.createStatement()) {
      // Sent to us as soon as it is on this server's disk; standbys do not matter for it.
      statement.execute("SET synchronous_commit = local");
    } catch (SQLException e) {
      throw database.failed("preparing heartbeats", e);
    }
  }

  /** The prefix of a source's messages in the log. */
  static String prefix(String slot) {
    return "millrace." + slot;
  }

  /**
   * Beats if the interval has passed; whether it did.
   *
   * @throws MillraceException ING-022 when a table is no longer published, or what it was; as for
   *     opening the source, when it cannot be captured any more
   */
  boolean beatIfDue() {
    long now = System.nanoTime();
    if (now - lastBeat < intervalNanos) {
      return false;
    }
    lastBeat = now;
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_logical_emit_message(true, ?, '')")) {
      statement.setString(1, prefix(database.source().slot()));
      statement.execute();
      if (now - nextLook >= 0) {
        retainedBytes = slot.retainedBytes(connection);
        publication.requireAllPublished(connection);
        watch.requireUnchanged(connection);
        long took = System.nanoTime() - now;
        long every = Math.min(LOOK_EVERY_MAX.toNanos(), BEATS_A_LOOK * intervalNanos);
        nextLook = now + Math.max(every, LOOK_SHARE * took);
      }
      return true;
    } catch (SQLException e) {
      String state = Database.stateOf(e);
      if (state.equals("42501") || state.equals("25006")) {
        throw new MillraceException(
            IngestError.ING_018_HEARTBEAT_REFUSED,
            database.about()
                + " takes no heartbeat (SQLSTATE "
                + state
                + "): the server has become read-only, or user "
                + database.source().user()
                + " lost a right. If it is a standby now, name its primary as the host; the next"
                + " start says which right is missing.",
            e);
      }
      throw database.failed("writing a heartbeat", e);
    }
  }

  /** How long until the next beat is due, at least 1 ms. */
  Duration untilDue() {
    long nanos = intervalNanos - (System.nanoTime() - lastBeat);
    return Duration.ofNanos(Math.max(nanos, 1_000_000));
  }

  long retainedBytes() {
    return retainedBytes;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.DEBUG, "heartbeat's connection was gone already", e);
    }
  }
}
