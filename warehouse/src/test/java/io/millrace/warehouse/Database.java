package io.millrace.warehouse;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A DuckDB in memory in which tests run what the warehouse rewrote. */
final class Database implements AutoCloseable {
  private final Connection connection;

  Database(String timeZone) throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    run("SET TimeZone = '" + timeZone + "'");
    run("CREATE SCHEMA staging");
    run("CREATE SCHEMA dim");
  }

  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Rows as text, columns separated by |, NULL as null. */
  List<String> rows(String sql) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.add(String.valueOf((Object) rows.getString(i)));
        }
        all.add(String.join("|", row));
      }
    }
    return all;
  }

  List<String> types(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> types = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        types.add(rows.getMetaData().getColumnTypeName(i));
      }
      return types;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
