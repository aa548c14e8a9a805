package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.CdcSource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;

/** Opens connections to one source and names what went wrong with them. Safe from any thread. */
final class Database {
  private static final String SSL_PREFIX = "database.ssl";

  private final CdcSource source;
  private final String password;

  Database(CdcSource source, String password) {
    this.source = source;
    this.password = password;
  }

  CdcSource source() {
    return source;
  }

  String password() {
    return password;
  }

  /** An ordinary connection in auto-commit; the caller closes it. */
  Connection open() {
    return open(Map.of("socketTimeout", "60"));
  }

  /** For statements without a time limit of their own; the caller closes it. */
  Connection openUnlimited() {
    return open(Map.of());
  }

  /** Speaks the replication protocol; the caller closes it. */
  Connection openReplication() {
    return open(
        Map.of(
            "replication",
            "database",
            "preferQueryMode",
            "simple",
            "assumeMinServerVersion",
            "14"));
  }

  private Connection open(Map<String, String> extra) {
    Properties properties = new Properties();
    properties.setProperty("user", source.user());
    properties.setProperty("password", password);
    properties.setProperty("ApplicationName", "millrace " + source.name());
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("loginTimeout", "20");
    properties.setProperty("tcpKeepAlive", "true");
    source.debezium().entrySet().stream()
        .filter(e -> e.getKey().startsWith(SSL_PREFIX))
        .forEach(
            e -> properties.setProperty(e.getKey().substring("database.".length()), e.getValue()));
    extra.forEach(properties::setProperty);
    String url =
        "jdbc:postgresql://"
            + source.host()
            + ":"
            + source.port()
            + "/"
            + URLEncoder.encode(source.database(), StandardCharsets.UTF_8);
    try {
      // Registers itself; service loaders depend on who looks first.
      Class.forName("org.postgresql.Driver");
      return DriverManager.getConnection(url, properties);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  private MillraceException refused(SQLException e) {
    String state = stateOf(e);
    if (state.startsWith("28") || state.equals("3D000")) {
      return new MillraceException(
          IngestError.ING_002_LOGIN_REFUSED,
          about()
              + " refuses user "
              + source.user()
              + " (SQLSTATE "
              + state
              + "): the user, the password, the database name or pg_hba.conf is wrong. As an"
              + " administrator: ALTER ROLE "
              + Sql.name(source.user())
              + " LOGIN PASSWORD '...';",
          e);
    }
    return new MillraceException(
        IngestError.ING_001_SOURCE_UNREACHABLE,
        about()
            + " gives no connection (SQLSTATE "
            + state
            + "). Is the server up, and are host and port right?",
        e);
  }

  /** What a failed statement means while it was doing what {@code doing} says. */
  MillraceException failed(String doing, SQLException e) {
    String state = stateOf(e);
    return isLost(state)
        ? new MillraceException(
            IngestError.ING_015_CONNECTION_LOST,
            about() + " broke the connection while " + doing + " (SQLSTATE " + state + ").",
            e)
        : new MillraceException(
            IngestError.ING_016_LOG_READER_FAILED,
            about() + " failed while " + doing + " (SQLSTATE " + state + "). See the cause.",
            e);
  }

  /** Connection exceptions, shutdowns, and too many connections pass by themselves. */
  static boolean isLost(String sqlState) {
    return sqlState.startsWith("08") || sqlState.startsWith("57P") || sqlState.equals("53300");
  }

  static String stateOf(SQLException e) {
    String state = e.getSQLState();
    return state == null ? "08000" : state;
  }

  /** The source as messages begin. */
  String about() {
    return "Source " + source.name() + " at " + place();
  }

  private String place() {
    return source.host() + ":" + source.port() + "/" + source.database();
  }
}
