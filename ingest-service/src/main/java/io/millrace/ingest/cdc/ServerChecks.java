package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Refuses a server that cannot be captured, each time with the SQL that mends it. */
final class ServerChecks {
  private static final int VERSION_MIN = 140_000;

  private static final String SETTINGS =
      """
      SELECT current_setting('server_version_num')::int,
             pg_is_in_recovery(),
             current_setting('wal_level'),
             EXISTS (SELECT FROM pg_roles WHERE rolname = current_user
                     AND (rolreplication OR rolsuper))
               OR EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication'
                          AND pg_has_role(current_user, oid, 'MEMBER')),
             current_setting('max_replication_slots')::int
               - (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> ?)::int,
             current_setting('max_wal_senders')::int
               - (SELECT count(*) FROM pg_stat_replication
                  WHERE pid NOT IN (SELECT active_pid FROM pg_replication_slots
                                    WHERE slot_name = ? AND active_pid IS NOT NULL))::int,
             (SELECT oid::regprocedure::text FROM pg_proc
              WHERE proname = 'pg_logical_emit_message' AND proargtypes[2] = 'text'::regtype
                AND NOT has_function_privilege(oid, 'EXECUTE'))
      """;

  private final Database database;

  ServerChecks(Database database) {
    this.database = database;
  }

  /** Checks the server's settings and the user's rights on it; tables are the catalog's part. */
  void check(Connection connection) {
    try (PreparedStatement statement = connection.prepareStatement(SETTINGS)) {
      statement.setString(1, database.source().slot());
      statement.setString(2, database.source().slot());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        check(row);
      }
    } catch (SQLException e) {
      throw database.failed("reading its settings", e);
    }
  }

  private void check(ResultSet row) throws SQLException {
    String user = database.source().user();
    if (row.getInt(1) < VERSION_MIN) {
      throw refused(
          IngestError.ING_017_SERVER_TOO_OLD,
          "PostgreSQL is older than 14, which logical messages (our heartbeats) need. Upgrade it");
    }
    if (row.getBoolean(2)) {
      throw refused(
          IngestError.ING_018_HEARTBEAT_REFUSED,
          "it is a standby, which takes no heartbeats. Name its primary as the host, or run there:"
              + " SELECT pg_promote();");
    }
    if (!row.getString(3).equals("logical")) {
      throw refused(
          IngestError.ING_003_WAL_LEVEL_NOT_LOGICAL,
          "wal_level is "
              + row.getString(3)
              + ", not logical. Run: ALTER SYSTEM SET wal_level = 'logical'; and restart the"
              + " server.");
    }
    if (!row.getBoolean(4)) {
      throw refused(
          IngestError.ING_004_REPLICATION_RIGHT_MISSING,
          "user "
              + user
              + " may not replicate. Run: ALTER ROLE "
              + Sql.name(user)
              + " REPLICATION; (on Amazon RDS: GRANT rds_replication TO "
              + Sql.name(user)
              + ";)");
    }
    if (row.getInt(5) < 1) {
      throw full("replication slots", "max_replication_slots");
    }
    if (row.getInt(6) < 1) {
      throw full("WAL senders", "max_wal_senders");
    }
    String refusedFunction = row.getString(7);
    if (refusedFunction != null) {
      throw refused(
          IngestError.ING_018_HEARTBEAT_REFUSED,
          "user "
              + user
              + " may not write heartbeats. Run: GRANT EXECUTE ON FUNCTION "
              + refusedFunction
              + " TO "
              + Sql.name(user)
              + ";");
    }
  }

  private MillraceException full(String what, String setting) {
    return refused(
        IngestError.ING_008_NO_FREE_SLOT,
        "all "
            + what
            + " are in use. Drop slots that are not needed (SELECT slot_name, active FROM"
            + " pg_replication_slots;), or run: ALTER SYSTEM SET "
            + setting
            + " = <more>; and restart the server.");
  }

  private MillraceException refused(IngestError code, String what) {
    return new MillraceException(code, database.about() + ": " + what);
  }
}
