package io.millrace.ingest.cdc;

import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import io.millrace.warehouse.source.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/**
 * A database of its own on one real PostgreSQL per test class, owned by a user who is no superuser.
 */
@NullUnmarked
final class TestDatabase implements AutoCloseable {
  static final String PASSWORD = "s3cr3t 'quoted\" and long";

  private static int count;

  private final EmbeddedPostgres server;
  private final String name;
  private CdcSource source;

  private TestDatabase(EmbeddedPostgres server, String name) {
    this.server = server;
    this.name = name;
    this.source = source(List.of(), Map.of());
  }

  static EmbeddedPostgres startServer() throws IOException {
    return EmbeddedPostgres.builder()
        .setServerConfig("wal_level", "logical")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("max_replication_slots", "10")
        .setServerConfig("max_wal_senders", "10")
        .start();
  }

  /** A new database whose owner {@code <name>} may log in and replicate. */
  static TestDatabase create(EmbeddedPostgres server) throws SQLException {
    String name = "shop_" + ++count;
    TestDatabase database = new TestDatabase(server, name);
    database.admin(
        "CREATE ROLE " + name + " LOGIN REPLICATION PASSWORD " + Sql.text(PASSWORD),
        "CREATE DATABASE " + name + " OWNER " + name);
    return database;
  }

  CdcSource source() {
    return source;
  }

  String name() {
    return name;
  }

  /** From here on the source captures these tables of schema public. */
  TestDatabase capture(String... tables) {
    source = source(tables(tables), Map.of());
    return this;
  }

  TestDatabase capture(List<CdcTable> tables) {
    source = source(tables, Map.of());
    return this;
  }

  TestDatabase with(Map<String, String> debezium) {
    source = source(source.tables(), debezium);
    return this;
  }

  private static List<CdcTable> tables(String... tables) {
    return Arrays.stream(tables).map(t -> new CdcTable(t, "public", t)).toList();
  }

  private CdcSource source(List<CdcTable> tables, Map<String, String> debezium) {
    return new CdcSource(
        name,
        CdcSource.Engine.POSTGRES,
        "localhost",
        server.getPort(),
        name,
        name,
        new Secret("${env:PASSWORD}"),
        "slot_" + name,
        "pub_" + name,
        tables,
        debezium);
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:" + server.getPort() + "/" + name, name, PASSWORD);
  }

  /** Runs each statement in a transaction of its own, as the owner. */
  void run(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Runs all statements in one transaction, as the owner. */
  void transaction(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    }
  }

  /** Runs statements as the superuser, outside this database. */
  void admin(String... statements) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Runs statements as the superuser in this database. */
  void superuser(String... statements) throws SQLException {
    try (Connection connection = server.getDatabase("postgres", name).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  String ask(String sql) throws SQLException {
    try (Connection connection = server.getDatabase("postgres", name).getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "no row";
    }
  }

  /** The same inside of a lambda. */
  String quietly(String sql) {
    try {
      return ask(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws SQLException {
    admin(
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = "
            + Sql.text(name)
            + " AND active_pid IS NOT NULL");
    for (int i = 0;
        i < 50
            && !ask("SELECT active_pid FROM pg_replication_slots WHERE database ="
                    + " current_database() AND active_pid IS NOT NULL")
                .equals("no row");
        i++) {
      admin("SELECT pg_sleep(0.1)");
    }
    admin(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = "
            + Sql.text(name));
    admin("DROP DATABASE " + name + " WITH (FORCE)");
  }
}
