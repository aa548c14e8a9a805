package io.millrace.changelog.codec;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** A DuckDB in memory and an allocator that must be empty at the end. */
final class Duck implements AutoCloseable {
  private final Connection connection;
  private final BufferAllocator allocator = new RootAllocator();

  Duck() {
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    run("SET TimeZone='UTC'");
  }

  Connection connection() {
    return connection;
  }

  BufferAllocator allocator() {
    return allocator;
  }

  void run(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** All rows as lists of text. */
  List<List<@Nullable String>> texts(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<@Nullable String>> rows = new ArrayList<>();
      while (result.next()) {
        List<@Nullable String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The columns' rows in the form of {@link RawChange}, made comparable by {@link #comparable}. */
  List<List<@Nullable Object>> rows(List<Column> columns, String fromAndOrder) {
    List<String> selected = columns.stream().map(Duck::selected).toList();
    String sql = "SELECT " + String.join(", ", selected) + " " + fromAndOrder;
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (result.next()) {
        @Nullable Object[] row = new Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
          Object value = value(result, i + 1, columns.get(i).type());
          row[i] = result.wasNull() ? null : value;
        }
        rows.add(comparable(row));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  static List<@Nullable Object> comparable(@Nullable Object[] values) {
    return Arrays.stream(values)
        .<@Nullable Object>map(v -> v instanceof byte[] b ? HexFormat.of().formatHex(b) : v)
        .toList();
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    allocator.close(); // throws when anything leaked
  }

  private static String selected(Column column) {
    String name = quoted(column.name());
    return switch (column.type()) {
      case DataType.Simple.DATE ->
          finite(name, "date_diff('day', DATE '1970-01-01', " + name + ")", Integer.MAX_VALUE);
      case DataType.Simple.TIMESTAMP, DataType.Simple.TIMESTAMPTZ ->
          finite(name, "epoch_us(" + name + ")", Long.MAX_VALUE);
      case DataType.Simple.TIME -> "epoch_us(" + name + ")";
      case DataType.Simple simple -> name;
      case DataType.Decimal decimal -> name;
      case DataType.Nested nested -> name;
    };
  }

  /** DuckDB stores infinity as the greatest number, but gives NULL for its distance. */
  private static String finite(String name, String distance, long infinity) {
    return String.format(
        Locale.ROOT,
        "CASE WHEN %s = 'infinity' THEN %d WHEN %s = '-infinity' THEN -%d ELSE %s END",
        name,
        infinity,
        name,
        infinity,
        distance);
  }

  private static @Nullable Object value(ResultSet result, int column, DataType type)
      throws SQLException {
    return switch (type) {
      case DataType.Nested nested -> throw new IllegalArgumentException(nested.sql());
      case DataType.Decimal decimal -> result.getBigDecimal(column);
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> result.getBoolean(column);
            case TINYINT, SMALLINT, INTEGER, DATE -> result.getInt(column);
            case BIGINT, TIME, TIMESTAMP, TIMESTAMPTZ -> result.getLong(column);
            case FLOAT -> result.getFloat(column);
            case DOUBLE -> result.getDouble(column);
            case VARCHAR -> result.getString(column);
            case UUID -> result.getObject(column);
            case BLOB -> result.getBytes(column);
          };
    };
  }
}
