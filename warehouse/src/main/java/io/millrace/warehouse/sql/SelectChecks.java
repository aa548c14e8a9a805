package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.WarehouseError;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Refuses what a SELECT of a warehouse may not hold, from its tree alone. */
final class SelectChecks {
  private static final Set<String> QUERIES =
      Set.of(Tree.SELECT_NODE, "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE");
  private static final Set<String> TABLE_REFS =
      Set.of(
          Tree.BASE_TABLE,
          "JOIN",
          "SUBQUERY",
          "EMPTY",
          "EXPRESSION_LIST",
          "PIVOT",
          "TABLE_FUNCTION");
  private static final Set<String> TABLE_FUNCTIONS =
      Set.of("unnest", "range", "generate_series", "json_each", "json_tree");

  private static final String ROW_NUMBER = "rowid";

  private final Select select;
  private final Layer layer;
  private final Functions functions;
  private final Set<String> columns;

  /**
   * Checks for one SELECT.
   *
   * @param columns names of the inputs' columns, in lower case
   */
  SelectChecks(Select select, Layer layer, Functions functions, Set<String> columns) {
    this.select = select;
    this.layer = layer;
    this.functions = functions;
    this.columns = columns;
  }

  /** Adds all problems. */
  void check() {
    for (ObjectNode node : Tree.objects(select.node())) {
      query(node);
      if (Tree.isTableRef(node)) {
        tableRef(node);
      }
      if (Tree.isClass(node, "PARAMETER")) {
        refuse(node, "a SELECT here has no parameters");
      }
      if (node.has("function_name")) {
        call(node);
      }
      if (isRowNumber(node)) {
        unrepeatable(node, "rowid", "a key says which row is meant");
      }
      if (Clock.isTimeOfDay(node, columns)) {
        unrepeatable(node, Tree.parts(node).getFirst(), "cast now() instead");
      } else if (layer.rowByRow() && Clock.of(node, columns).isPresent()) {
        clockOutsideDynamic(node);
      }
    }
    if (layer.rowByRow()) {
      rowByRow(select.node());
    }
  }

  /** DuckDB's own number of a row, unless something in the SELECT is called so. */
  private boolean isRowNumber(ObjectNode node) {
    return Tree.isClass(node, Tree.COLUMN_REF)
        && Tree.parts(node).getLast().equalsIgnoreCase(ROW_NUMBER)
        && !columns.contains(ROW_NUMBER)
        && Tree.objects(select.node()).stream()
            .noneMatch(o -> o.path("alias").asText().equalsIgnoreCase(ROW_NUMBER));
  }

  private void query(ObjectNode node) {
    String type = node.path("type").asText();
    if (type.endsWith("_NODE") && !QUERIES.contains(type) && !node.has("class")) {
      refuse(node, "only SELECT may stand here, no statement that changes something");
    }
    if (!node.path("sample").isNull() && node.has("sample")) {
      unrepeatable(node, "a sample", "filter by a hash of the key instead");
    }
  }

  private void tableRef(ObjectNode node) {
    if (!TABLE_REFS.contains(node.path("type").asText())) {
      refuse(node, "DESCRIBE, SHOW and SUMMARIZE cannot be a table here");
    } else if (Tree.isType(node, "TABLE_FUNCTION")) {
      String name = Tree.function(node.path("function"));
      if (!TABLE_FUNCTIONS.contains(name)) {
        refuse(
            node,
            "the table function "
                + name
                + " cannot be used: a SELECT reads tables of the warehouse only");
      }
    } else if (Tree.isType(node, Tree.BASE_TABLE)) {
      if (Tree.parts(node).size() > 3) {
        refuse(node, "the name " + String.join(".", Tree.parts(node)) + " has too many parts");
      }
      if (!node.path("at_clause").isNull() && node.has("at_clause")) {
        refuse(node, "AT cannot be used: a SELECT reads its inputs at one cut");
      }
    }
  }

  private void call(ObjectNode node) {
    String name = Tree.function(node);
    if (LookupCall.isLookup(node)) {
      if (layer.rowByRow()) {
        select.problem(
            WarehouseError.WH_041_LOOKUP,
            node,
            "lookup can be used in dynamic tables only",
            Optional.empty());
      } else {
        var _ = LookupCall.of(select, node);
      }
    } else if (name.equals("age") && node.path("arguments").size() == 1) {
      unrepeatable(node, "age with one argument", "age(now(), x) says what is meant");
    } else if (functions.unrepeatable().contains(name) && Clock.of(node, columns).isEmpty()) {
      String hint = name.equals("ago") ? "now() - x says what is meant" : "";
      unrepeatable(node, name, hint);
    }
  }

  private void clockOutsideDynamic(JsonNode node) {
    String name =
        node.has("function_name") ? Tree.function(node) + "()" : Tree.parts(node).getFirst();
    select.problem(
        WarehouseError.WH_033_NOT_REPEATABLE,
        node,
        name + " can be used in dynamic tables only, where it means the time of the cut",
        Optional.empty());
  }

  private void rowByRow(JsonNode node) {
    if (!Tree.isType(node, Tree.SELECT_NODE)) {
      notRowByRow(node, "UNION and its kin");
      return;
    }
    if (!node.path("cte_map").path("map").isEmpty()) {
      notRowByRow(node.path("cte_map").path("map").path(0).path("value"), "WITH");
    }
    JsonNode from = node.path("from_table");
    if (!Tree.isType(from, Tree.BASE_TABLE)) {
      notRowByRow(from, Tree.isType(from, "JOIN") ? "a join" : "FROM other than one table");
    }
    if (!node.path("group_sets").isEmpty()
        || node.path("aggregate_handling").asText().equals("FORCE_AGGREGATES")) {
      notRowByRow(node.path("group_expressions").path(0), "GROUP BY");
    }
    for (String clause : new String[] {"having", "qualify"}) {
      if (!node.path(clause).isNull()) {
        notRowByRow(node.path(clause), clause.toUpperCase(Locale.ROOT));
      }
    }
    for (JsonNode modifier : node.path("modifiers")) {
      notRowByRow(firstExpression(modifier), modifier(modifier));
    }
    for (ObjectNode object : Tree.objects(node)) {
      if (Tree.isClass(object, "WINDOW")) {
        notRowByRow(object, "a window function");
      } else if (Tree.isClass(object, "SUBQUERY")) {
        notRowByRow(object, "a subquery");
      } else if (Tree.isClass(object, Tree.FUNCTION)
          && functions.aggregates().contains(Tree.function(object))) {
        notRowByRow(object, "the aggregate " + Tree.function(object));
      } else if (Tree.isClass(object, Tree.FUNCTION) && Tree.function(object).equals("unnest")) {
        notRowByRow(object, "unnest");
      } else if (Tree.isClass(object, Tree.STAR) && object.path("columns").asBoolean()) {
        refuse(object, "COLUMNS cannot be used here: list the columns");
      }
    }
  }

  private static JsonNode firstExpression(JsonNode modifier) {
    return Tree.objects(modifier).stream()
        .filter(o -> o.has("class"))
        .<JsonNode>map(o -> o)
        .findFirst()
        .orElse(modifier);
  }

  private static String modifier(JsonNode modifier) {
    return switch (modifier.path("type").asText()) {
      case "DISTINCT_MODIFIER" -> "DISTINCT";
      case "ORDER_MODIFIER" -> "ORDER BY";
      default -> "LIMIT";
    };
  }

  private void notRowByRow(JsonNode node, String what) {
    select.problem(
        WarehouseError.WH_034_NOT_ROW_BY_ROW,
        node,
        what
            + " cannot be used here: "
            + (layer == Layer.STAGING ? "a staging table" : "a dimension")
            + " makes its rows one by one from one table",
        Optional.of("do it in a dynamic table"));
  }

  private void unrepeatable(JsonNode node, String what, String hint) {
    select.problem(
        WarehouseError.WH_033_NOT_REPEATABLE,
        node,
        what + " gives another value each time it is run",
        Optional.of(hint).filter(h -> !h.isEmpty()));
  }

  private void refuse(JsonNode node, String message) {
    select.problem(WarehouseError.WH_032_NOT_ALLOWED, node, message, Optional.empty());
  }
}
