package io.millrace.warehouse.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An in-memory DuckDB of empty tables, in which SELECTs are parsed and bound and none is run. It
 * reaches neither files nor network. One thread; close it.
 */
public final class Analysis implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Connection connection;
  private final Functions functions;

  private Analysis(Connection connection) throws SQLException {
    this.connection = connection;
    run("SET threads = 1");
    run("SET memory_limit = '256MB'");
    run("SET TimeZone = 'UTC'");
    run("ATTACH ':memory:' AS raw");
    run("SET enable_external_access = false");
    for (String schema : List.of("staging", "dim", "marts")) {
      run("CREATE SCHEMA " + schema);
    }
    this.functions = readFunctions();
    run(LookupCall.MACRO);
  }

  /** Opens an instance without tables. */
  public static Analysis open() {
    Properties properties = new Properties();
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    try {
      return new Analysis(DriverManager.getConnection("jdbc:duckdb:", properties));
    } catch (SQLException e) {
      throw bug("DuckDB cannot be opened in memory", e);
    }
  }

  /** Makes an empty table; a qualified name of two parts, or of three in the catalog raw. */
  public void createTable(List<String> name, List<Column> columns) {
    String path = quoted(name);
    try {
      if (name.size() == 3) {
        run("CREATE SCHEMA IF NOT EXISTS " + quoted(name.subList(0, 2)));
      }
      run(
          columns.stream()
              .map(c -> Identifiers.quote(c.name()) + " " + c.type().sql())
              .collect(Collectors.joining(", ", "CREATE TABLE " + path + " (", ")")));
    } catch (SQLException e) {
      throw bug("the analysis table " + path + " cannot be made", e);
    }
  }

  Functions functions() {
    return functions;
  }

  /** The answer of json_serialize_sql: a tree, or an error. */
  JsonNode parse(String select) {
    return ask("SELECT json_serialize_sql(?::VARCHAR)", select);
  }

  /** The text of a whole tree as {@link #parse} gave it. */
  String render(ObjectNode tree) {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT json_deserialize_sql(?::JSON)")) {
      statement.setString(1, tree.toString());
      return one(statement);
    } catch (SQLException e) {
      throw bug("a syntax tree cannot be turned back into SQL", e);
    }
  }

  /** What a SELECT gives, or why it cannot be bound. */
  Bound bind(String select) {
    try (PreparedStatement statement = connection.prepareStatement(select)) {
      ResultSetMetaData answer = statement.getMetaData();
      List<Output> columns = new ArrayList<>();
      for (int i = 1; i <= answer.getColumnCount(); i++) {
        columns.add(new Output(answer.getColumnName(i), answer.getColumnTypeName(i)));
      }
      return new Bound.Columns(columns);
    } catch (SQLException e) {
      JsonNode plan = plan(select);
      return new Bound.Failed(
          plan.path("error").asBoolean()
              ? Failure.of(plan)
              : Failure.ofMessage(String.valueOf(e.getMessage())));
    }
  }

  /** The kinds of the operators of a SELECT's plan, before optimisation. */
  Set<String> operators(String select) {
    Set<String> kinds = new HashSet<>();
    for (ObjectNode node : Tree.objects(plan(select).path("plans"))) {
      String type = node.path("type").asText();
      if (type.startsWith("LOGICAL_")) {
        kinds.add(type);
      }
    }
    return kinds;
  }

  /** The outcome of binding. */
  sealed interface Bound {
    /** The output columns, in order. */
    record Columns(List<Output> columns) implements Bound {}

    /** The reason why there are none. */
    record Failed(Failure failure) implements Bound {}
  }

  /**
   * An output column.
   *
   * @param type as DuckDB names it
   */
  record Output(String name, String type) {}

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw bug("DuckDB cannot be closed", e);
    }
  }

  /** The answer of json_serialize_plan: the bound plan, not optimised, or an error. */
  JsonNode plan(String select) {
    return ask("SELECT json_serialize_plan(?::VARCHAR)", select);
  }

  private JsonNode ask(String question, String select) {
    try (PreparedStatement statement = connection.prepareStatement(question)) {
      statement.setString(1, select);
      return JSON.readTree(one(statement));
    } catch (SQLException | JsonProcessingException e) {
      throw bug("DuckDB does not answer about a SELECT", e);
    }
  }

  private static String one(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return Optional.ofNullable(rows.getString(1)).orElse("{}");
    }
  }

  private Functions readFunctions() throws SQLException {
    Set<Functions.Overload> overloads = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT DISTINCT function_name, function_type, coalesce(stability, ''),"
                    + " coalesce(macro_definition, '') FROM duckdb_functions()")) {
      while (rows.next()) {
        overloads.add(
            new Functions.Overload(
                rows.getString(1).toLowerCase(Locale.ROOT),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4)));
      }
    }
    return Functions.of(overloads);
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String quoted(List<String> name) {
    return name.stream().map(Identifiers::quote).collect(Collectors.joining("."));
  }

  private static MillraceException bug(String what, Exception cause) {
    return new MillraceException(WarehouseError.WH_001_UNREADABLE_FILE, what + ".", cause);
  }
}
