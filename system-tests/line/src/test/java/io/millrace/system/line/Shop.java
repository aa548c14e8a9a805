package io.millrace.system.line;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A connection to the shop's database. */
final class Shop implements AutoCloseable {
  private final Connection connection;

  Shop(Line line) throws SQLException {
    var postgres = line.stack.postgres();
    this.connection =
        DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    connection.setAutoCommit(false);
  }

  /** Runs the statements in one transaction. */
  void transaction(String... statements) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
    connection.commit();
  }

  /** The one value of a query, as text. */
  String value(String query) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery(query)) {
      row.next();
      String value = row.getString(1);
      connection.commit();
      return value;
    }
  }

  /** Customer 1 gets an address and places two orders of its name, in one transaction. */
  void moveAndOrderTwice(String mark, long orderKey) throws SQLException {
    String order =
        "INSERT INTO orders SELECT %d, 1, o_orderstatus, o_totalprice, o_orderdate,"
            + " o_orderpriority, '%s', o_shippriority, o_comment, now(), now() FROM orders WHERE"
            + " o_orderkey = 1";
    transaction(
        "UPDATE customer SET c_address = '%s', updated_at = clock_timestamp() WHERE c_custkey = 1"
            .formatted(mark),
        order.formatted(orderKey, mark),
        order.formatted(orderKey + 1, mark));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
