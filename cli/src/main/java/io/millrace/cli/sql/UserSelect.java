package io.millrace.cli.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One SELECT over tables of the warehouse, as a user wrote it and DuckDB parsed it.
 *
 * @param text the statement
 * @param tables the tables that it names
 * @param where what it demands of their rows
 */
record UserSelect(String text, SortedSet<TableName> tables, WhereConditions where) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Set<String> SCHEMAS = Set.of("staging", "dim", "marts");
  private static final Set<String> QUERIES =
      Set.of("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE");
  private static final Set<String> TABLE_FUNCTIONS =
      Set.of("unnest", "range", "generate_series", "json_each", "json_tree");
  private static final Set<String> TABLE_REFS =
      Set.of(
          "BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST", "PIVOT", "TABLE_FUNCTION");

  /**
   * Parses a statement; nothing is run.
   *
   * @throws MillraceException CLI-003 unless it is one SELECT that reads tables of the warehouse
   *     only
   */
  static UserSelect parse(Connection duck, String text) {
    JsonNode tree = tree(duck, text);
    if (tree.path("error").asBoolean()) {
      throw refused(
          tree.path("error_type").asText().equals("parser")
              ? tree.path("error_message").asText()
              : "only SELECT can be run here");
    }
    if (tree.path("statements").size() != 1) {
      throw refused("one SELECT is run at a time, here are " + tree.path("statements").size());
    }
    List<ObjectNode> nodes = new ArrayList<>();
    collect(tree.path("statements").path(0).path("node"), nodes);
    Set<String> common = new HashSet<>();
    nodes.forEach(node ->
        node.path("cte_map").path("map").forEach(cte -> common.add(plain(cte.path("key")))));
    SortedSet<TableName> tables = new TreeSet<>();
    nodes.forEach(node -> check(node, common, tables));
    return new UserSelect(text, tables, new WhereConditions(nodes));
  }

  /** Where a name of WITH is out of scope, DuckDB would take one like a file's for the file. */
  private static String plain(JsonNode name) {
    if (!PLAIN.matcher(name.asText()).matches()) {
      throw refused("a name after WITH is made of letters, digits and underscores");
    }
    return name.asText().toLowerCase(Locale.ROOT);
  }

  private static void check(ObjectNode node, Set<String> common, SortedSet<TableName> tables) {
    String type = node.path("type").asText();
    if (type.endsWith("_NODE") && !node.has("class") && !QUERIES.contains(type)) {
      throw refused("only SELECT can be run here, nothing that changes something");
    }
    if (!node.has("alias") || !node.has("sample") || node.has("class")) {
      return;
    }
    if (!TABLE_REFS.contains(type)) {
      throw refused("DESCRIBE, SHOW and SUMMARIZE cannot be a table here");
    }
    if (type.equals("TABLE_FUNCTION")) {
      String function =
          node.path("function").path("function_name").asText().toLowerCase(Locale.ROOT);
      if (!TABLE_FUNCTIONS.contains(function)) {
        throw refused("the table function " + function + " cannot be used");
      }
    } else if (type.equals("BASE_TABLE")) {
      List<String> path = new ArrayList<>();
      node.path("qualified_name")
          .path("path")
          .forEach(p -> path.add(p.asText().toLowerCase(Locale.ROOT)));
      if (path.size() == 2 && SCHEMAS.contains(path.getFirst())) {
        tables.add(new TableName(path.getFirst(), path.get(1)));
      } else if (path.size() != 1 || !common.contains(path.getFirst())) {
        throw refused(
            String.join(".", path)
                + " is no table of the warehouse: name staging.x, dim.x or marts.x");
      }
    }
  }

  private static JsonNode tree(Connection duck, String text) {
    try (PreparedStatement question =
        duck.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)")) {
      question.setString(1, text);
      try (ResultSet answer = question.executeQuery()) {
        answer.next();
        return JSON.readTree(answer.getString(1));
      }
    } catch (SQLException | JsonProcessingException e) {
      throw new MillraceException(
          CliError.CLI_003_SQL_REFUSED, "the statement cannot be parsed: see the cause.", e);
    }
  }

  private static void collect(JsonNode node, List<ObjectNode> found) {
    if (node instanceof ObjectNode object) {
      found.add(object);
    }
    node.forEach(child -> collect(child, found));
  }

  private static MillraceException refused(String why) {
    return new MillraceException(CliError.CLI_003_SQL_REFUSED, why + ".");
  }
}
