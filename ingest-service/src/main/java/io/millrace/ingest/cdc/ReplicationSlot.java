package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The source's logical slot. It belongs to the source alone, so whoever holds it is thrown out. */
final class ReplicationSlot {
  private static final int RELEASE_TRIES = 100;

  private static final String STATE =
      """
      SELECT restart_lsn::text, confirmed_flush_lsn::text, wal_status, pg_current_wal_lsn()::text
      FROM pg_replication_slots WHERE slot_name = ?
      """;

  private static final String RETAINED =
      """
      SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
      FROM pg_replication_slots WHERE slot_name = ? AND restart_lsn IS NOT NULL
      """;

  private final Database database;
  private final String name;
  private final Duration createMax;

  /**
   * @param createMax how long a new slot may wait for older transactions
   */
  ReplicationSlot(Database database, Duration createMax) {
    this.database = database;
    this.createMax = createMax;
    this.name = database.source().slot();
  }

  /**
   * A new slot whose snapshot can be imported while {@code holder} is open and idle.
   *
   * @param consistentPoint the snapshot holds what was committed before it, the slot sends the rest
   */
  record Exported(Connection holder, String snapshot, long consistentPoint)
      implements AutoCloseable {
    @Override
    public void close() throws SQLException {
      holder.close();
    }
  }

  /** Makes the slot anew; waits for transactions that run now. */
  Exported create() {
    Connection holder = database.openReplication();
    try (Statement statement = holder.createStatement()) {
      statement.setQueryTimeout((int) createMax.toSeconds());
      try (ResultSet row =
          statement.executeQuery(
              "CREATE_REPLICATION_SLOT " + Sql.name(name) + " LOGICAL pgoutput")) {
        row.next();
        return new Exported(
            holder,
            row.getString("snapshot_name"),
            LogPosition.parseLsn(row.getString("consistent_point")));
      }
    } catch (SQLException e) {
      closeAfter(holder, e);
      throw notCreated(e);
    }
  }

  private MillraceException notCreated(SQLException e) {
    return switch (Database.stateOf(e)) {
      case "57014" ->
          new MillraceException(
              IngestError.ING_021_SLOT_BUSY,
              database.about()
                  + ": slot "
                  + name
                  + " could not be created within "
                  + createMax.toSeconds()
                  + " s, as it waits for older transactions to end. Find them: SELECT pid,"
                  + " xact_start FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY 2;",
              e);
      case "53400" ->
          new MillraceException(
              IngestError.ING_008_NO_FREE_SLOT,
              database.about()
                  + ": all replication slots are in use. Drop one that is not needed (SELECT"
                  + " slot_name, active FROM pg_replication_slots;) or run: ALTER SYSTEM SET"
                  + " max_replication_slots = <more>; and restart the server.",
              e);
      default -> database.failed("creating slot " + name, e);
    };
  }

  /** Drops the slot if it is there. */
  void drop(Connection connection) {
    release(connection);
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                + " WHERE slot_name = ?")) {
      statement.setString(1, name);
      statement.execute();
    } catch (SQLException e) {
      throw database.failed("dropping slot " + name, e);
    }
  }

  /** Ends whatever reads from the slot now: an instance of ours that lives on, or lingers. */
  void release(Connection connection) {
    try {
      for (int i = 0; i < RELEASE_TRIES; i++) {
        if (!terminateReader(connection)) {
          return;
        }
        try (Statement statement = connection.createStatement()) {
          statement.execute("SELECT pg_sleep(0.1)");
        }
      }
    } catch (SQLException e) {
      if (Database.isLost(Database.stateOf(e))) {
        throw database.failed("taking over slot " + name, e);
      }
      throw busy(e);
    }
    throw busy(null);
  }

  private boolean terminateReader(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                + " WHERE slot_name = ? AND active_pid IS NOT NULL")) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private MillraceException busy(@Nullable SQLException e) {
    return new MillraceException(
        IngestError.ING_021_SLOT_BUSY,
        database.about()
            + ": another session reads from slot "
            + name
            + " and could not be ended. The slot must be this source's own. As an administrator:"
            + " SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name ="
            + " "
            + Sql.text(name)
            + ";",
        e);
  }

  /** Refuses a slot that cannot send all that was committed behind the position. */
  void requireHolds(Connection connection, LogPosition position) {
    try (PreparedStatement statement = connection.prepareStatement(STATE)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw lost("slot " + name + " does not exist any more", position, currentLsn(connection));
        }
        long current = LogPosition.parseLsn(row.getString(4));
        String restart = row.getString(1);
        String confirmed = row.getString(2);
        if (restart == null || confirmed == null || "lost".equals(row.getString(3))) {
          throw lost(
              "the server removed log that slot " + name + " needed (max_slot_wal_keep_size)",
              position,
              current);
        }
        if (Long.compareUnsigned(LogPosition.parseLsn(confirmed), position.lsn()) > 0) {
          throw lost(
              "slot " + name + " was advanced or created anew by someone else",
              position,
              LogPosition.parseLsn(confirmed));
        }
        if (Long.compareUnsigned(position.lsn(), current) > 0) {
          throw lost(
              "the server's log ends before our position: it was restored, or is another server",
              position,
              current);
        }
      }
    } catch (SQLException e) {
      throw database.failed("looking at slot " + name, e);
    }
  }

  private MillraceException lost(String why, LogPosition position, long to) {
    return new MillraceException(
        IngestError.ING_011_LOG_LOST,
        database.about()
            + ": changes between LSN "
            + position.lsnText()
            + " and "
            + LogPosition.lsnText(to)
            + " cannot be read, because "
            + why
            + ". Take a new snapshot of the source.");
  }

  private static long currentLsn(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_lsn()::text")) {
      row.next();
      return LogPosition.parseLsn(row.getString(1));
    }
  }

  /** Bytes of log that the server keeps for the slot, -1 if there is none. */
  long retainedBytes(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RETAINED)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : -1;
      }
    }
  }

  private static void closeAfter(Connection connection, SQLException e) {
    try {
      connection.close();
    } catch (SQLException second) {
      e.addSuppressed(second);
    }
  }
}
