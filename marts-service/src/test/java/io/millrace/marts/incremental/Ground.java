package io.millrace.marts.incremental;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.TableName;
import io.millrace.lake.DuckDb;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.PlanReader;
import io.millrace.warehouse.algebra.Present;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A DuckDB in memory with tables in the schema staging, their changes, and queries over them. */
final class Ground implements AutoCloseable {
  private final DuckDb database;
  private final Connection duck;
  private final Connection plans;
  private final Map<TableName, String> changes = new HashMap<>();

  Ground() {
    database =
        DuckDb.inMemory(
            Path.of(System.getProperty("java.io.tmpdir")), new DuckDb.Limits("2GB", 1, "10GB"));
    duck = database.connect();
    try {
      plans = DriverManager.getConnection("jdbc:duckdb:");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    run("CREATE SCHEMA staging");
    run(plans, "SET TimeZone = 'UTC'");
    run(plans, "CREATE SCHEMA staging");
    run(plans, "SET search_path = 'staging'");
  }

  Connection duck() {
    return duck;
  }

  void run(String sql) {
    run(duck, sql);
  }

  private static void run(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  long number(String sql) {
    try (Statement statement = duck.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The columns of a table in staging, separated by commas. */
  String columns(String table) {
    try (Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT string_agg(column_name, ', ' ORDER BY column_index) FROM duckdb_columns() WHERE schema_name = 'staging' AND table_name = '%s'"
                    .formatted(table))) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(table, e);
    }
  }

  /** Rows that one query has and the other has not, with multiplicity. */
  long difference(String left, String right) {
    run("CREATE OR REPLACE TEMP TABLE left_rows AS " + left);
    run("CREATE OR REPLACE TEMP TABLE right_rows AS " + right);
    return differenceOf("left_rows", "right_rows");
  }

  /** As {@link #difference}, of two tables. */
  long differenceOf(String left, String right) {
    return number(
        "SELECT coalesce(sum(abs(difference)), 0)::BIGINT FROM (SELECT * EXCLUDE (side), sum(side) AS difference FROM (SELECT *, 1 AS side FROM %s UNION ALL SELECT *, -1 FROM %s) GROUP BY ALL)"
            .formatted(left, right));
  }

  /** The query's text with the time filled in: {@code now()} is written {@code @now}. */
  static String at(String query, Instant now) {
    String text = now.toString().replace('T', ' ').replace("Z", "");
    String micros = text.contains(".") ? text : text + ".000000";
    return query.replace("@now", "CAST('" + micros + "+00' AS TIMESTAMPTZ)");
  }

  /**
   * What a service knows of a query. As there, it is planned over tables that are empty: where
   * DuckDB sees that a column has no NULL today, its plan is right for today only.
   */
  Algebra algebra(String query) {
    ddl().forEach(sql -> run(plans, sql.replaceFirst("CREATE TABLE", "CREATE OR REPLACE TABLE")));
    try (PreparedStatement statement =
        plans.prepareStatement("SELECT json_serialize_plan(?::VARCHAR)")) {
      statement.setString(1, query.replace("@now", Present.sql("TIMESTAMP WITH TIME ZONE")));
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return PlanReader.read(new ObjectMapper().readTree(rows.getString(1)));
      }
    } catch (SQLException | JsonProcessingException e) {
      throw new IllegalStateException(query, e);
    }
  }

  private List<String> ddl() {
    List<String> all = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT sql FROM duckdb_tables() WHERE schema_name = 'staging' AND NOT"
                    + " temporary")) {
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    } catch (SQLException e) {
      throw new IllegalStateException("the tables cannot be listed", e);
    }
  }

  /** Notes changes of a table in a relation of its columns and _weight, and applies them. */
  void change(String table, String columns, String signed) {
    TableName name = new TableName("staging", table);
    String net = "net_" + table;
    run(
        "CREATE OR REPLACE TEMP TABLE after_%1$s AS SELECT %2$s FROM (SELECT %2$s, sum(w)::BIGINT AS w FROM (SELECT %2$s, 1 AS w FROM staging.%1$s UNION ALL SELECT %2$s, _weight FROM (%3$s)) GROUP BY ALL), range(w)"
            .formatted(table, columns, signed));
    run(
        "CREATE OR REPLACE TEMP TABLE %1$s AS SELECT %2$s, sum(_weight)::BIGINT AS _weight FROM (SELECT %2$s, 1 AS _weight FROM after_%3$s UNION ALL SELECT %2$s, -1 FROM staging.%3$s) GROUP BY ALL HAVING sum(_weight) <> 0"
            .formatted(net, columns, table));
    run("CREATE OR REPLACE TABLE staging.%1$s AS FROM after_%1$s".formatted(table));
    changes.put(name, net);
  }

  Optional<String> changes(TableName table) {
    return Optional.ofNullable(changes.get(table));
  }

  void forgetChanges() {
    changes.clear();
  }

  @Override
  public void close() {
    try {
      duck.close();
      database.close();
      plans.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
