package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * How DuckDB's JSON syntax trees are walked. The shape is that of DuckDB 2.0; trees are never kept,
 * only the SQL text rendered from them.
 */
final class Tree {
  static final String SELECT_NODE = "SELECT_NODE";
  static final String BASE_TABLE = "BASE_TABLE";
  static final String COLUMN_REF = "COLUMN_REF";
  static final String FUNCTION = "FUNCTION";
  static final String STAR = "STAR";

  private Tree() {}

  /** All objects of a tree, parents first, in the order of the text. */
  static List<ObjectNode> objects(JsonNode root) {
    List<ObjectNode> found = new ArrayList<>();
    collect(root, found);
    return found;
  }

  private static void collect(JsonNode node, List<ObjectNode> found) {
    if (node instanceof ObjectNode object) {
      found.add(object);
    }
    node.forEach(child -> collect(child, found));
  }

  /** All expressions of a class, such as {@link #COLUMN_REF}. */
  static Stream<ObjectNode> ofClass(JsonNode root, String name) {
    return objects(root).stream().filter(o -> isClass(o, name));
  }

  static boolean isClass(JsonNode node, String name) {
    return node.path("class").asText().equals(name);
  }

  static boolean isType(JsonNode node, String name) {
    return node.path("type").asText().equals(name);
  }

  /** Whether a node stands in FROM: a table, a join, a subquery, a table function. */
  static boolean isTableRef(JsonNode node) {
    return node.has("alias") && node.has("sample") && !node.has("class");
  }

  /** The name that a function or window expression calls, in lower case. */
  static String function(JsonNode node) {
    return node.path("function_name").asText().toLowerCase(Locale.ROOT);
  }

  /** The expressions of a call's arguments. */
  static List<JsonNode> arguments(JsonNode call) {
    List<JsonNode> arguments = new ArrayList<>();
    call.path("arguments").forEach(a -> arguments.add(a.path("expression")));
    return arguments;
  }

  /** The parts of a column reference, or of a table's qualified name. */
  static List<String> parts(JsonNode node) {
    JsonNode parts =
        node.has("column_names")
            ? node.path("column_names")
            : node.path("qualified_name").path("path");
    List<String> texts = new ArrayList<>();
    parts.forEach(p -> texts.add(p.asText()));
    return texts;
  }

  /** Where a node stands, in UTF-8 bytes from the start of the SELECT; empty when unknown. */
  static OptionalLong location(JsonNode node) {
    JsonNode location = node.path("query_location");
    return location.canConvertToLong() ? OptionalLong.of(location.asLong()) : OptionalLong.empty();
  }

  /** A copy without locations, for comparing meaning. */
  static JsonNode bare(JsonNode node) {
    JsonNode copy = node.deepCopy();
    for (ObjectNode object : objects(copy)) {
      object.remove(List.of("query_location", "query_location_length"));
    }
    return copy;
  }

  /** Replaces nodes from the leaves up; the function gives the node itself for those that stay. */
  static JsonNode replace(JsonNode node, UnaryOperator<JsonNode> replacement) {
    switch (node) {
      case ObjectNode object ->
          List.copyOf(object.properties())
              .forEach(e -> object.set(e.getKey(), replace(e.getValue(), replacement)));
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, replace(array.get(i), replacement));
        }
      }
      default -> {}
    }
    return replacement.apply(node);
  }
}
