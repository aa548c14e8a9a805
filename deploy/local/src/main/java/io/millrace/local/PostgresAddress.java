package io.millrace.local;

import java.util.Locale;

/** How to reach the stack's PostgreSQL. The user is a superuser and may replicate. */
public record PostgresAddress(
    String host, int port, String user, String password, String database) {

  /** The URL for JDBC, without user and password. */
  public String jdbcUrl() {
    return String.format(Locale.ROOT, "jdbc:postgresql://%s:%d/%s", host, port, database);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s@%s:%d/%s", user, host, port, database);
  }
}
