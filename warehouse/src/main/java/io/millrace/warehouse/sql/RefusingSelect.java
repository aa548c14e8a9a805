package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.row.Column;
import io.millrace.warehouse.sql.Analysis.Output;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes, of a SELECT that takes the rows of one table one by one, the SELECT of the {@code
 * _position} of those that it cannot take. TRY makes NULL of an expression that fails, so each
 * stands in a struct, which is NULL for no other reason. WHERE stays as it is: where it fails, so
 * does this.
 */
final class RefusingSelect {
  private static final String WHERE = "__millrace_where";
  private static final String ITEM = "__millrace_item_";

  private final Analysis analysis;
  private final JsonNode query;
  private final List<Output> outputs;
  private final List<Column> columns;

  /**
   * @param tree of the SELECT, its marks in place
   * @param outputs what it gives
   * @param columns what is stored of it
   */
  RefusingSelect(Analysis analysis, ObjectNode tree, List<Output> outputs, List<Column> columns) {
    this.analysis = analysis;
    this.query = tree.path("statements").path(0).path("node");
    this.outputs = outputs;
    this.columns = columns;
  }

  /** Its tree; empty where rows cannot be told so, or nothing can fail. */
  Optional<ObjectNode> tree() {
    if (!Tree.isType(query, Tree.SELECT_NODE)
        || !Tree.isType(query.path("from_table"), Tree.BASE_TABLE)
        || query.path("select_list").valueStream().anyMatch(RefusingSelect::computesStar)) {
      return Optional.empty();
    }
    Map<String, JsonNode> places = new HashMap<>();
    List<String> tries = tries(places);
    if (tries.isEmpty() || castsStar()) {
      return Optional.empty();
    }
    JsonNode where = query.path("where_clause");
    String condition = "";
    if (where.isObject()) {
      places.put(WHERE, where);
      condition = WHERE + " AND ";
    }
    JsonNode parsed =
        analysis.parse(
            tries.stream()
                .collect(
                    Collectors.joining(
                        " OR ", "SELECT _position FROM t WHERE " + condition + "(", ")")));
    ObjectNode tree = (ObjectNode) Tree.replace(parsed, node -> placed(node, places));
    ((ObjectNode) tree.path("statements").path(0).path("node"))
        .set("from_table", query.path("from_table").deepCopy());
    return Optional.of(tree);
  }

  /** A condition for each item that may fail. */
  private List<String> tries(Map<String, JsonNode> places) {
    JsonNode items = query.path("select_list");
    List<String> tries = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      boolean cast = !hasStar() && isCast(i);
      if (!Tree.isClass(items.get(i), Tree.STAR)
          && (cast || !Tree.isClass(items.get(i), Tree.COLUMN_REF))) {
        String place = ITEM + i;
        places.put(place, items.get(i));
        tries.add(
            "TRY({'v': %s}) IS NULL"
                .formatted(
                    cast ? "CAST(%s AS %s)".formatted(place, columns.get(i).type().sql()) : place));
      }
    }
    return tries;
  }

  private boolean isCast(int column) {
    return !columns.get(column).type().sql().equals(outputs.get(column).type());
  }

  /** With a star the items are not the columns. */
  private boolean hasStar() {
    return query.path("select_list").valueStream().anyMatch(i -> Tree.isClass(i, Tree.STAR));
  }

  private boolean castsStar() {
    return hasStar() && IntStream.range(0, columns.size()).anyMatch(this::isCast);
  }

  /** Whether it is more than all columns as they are. */
  private static boolean computesStar(JsonNode item) {
    return Tree.isClass(item, Tree.STAR)
        && (!item.path("replace_list").isEmpty() || item.path("expr").isObject());
  }

  private static JsonNode placed(JsonNode node, Map<String, JsonNode> places) {
    List<String> parts = Tree.isClass(node, Tree.COLUMN_REF) ? Tree.parts(node) : List.of();
    JsonNode expression = parts.size() == 1 ? places.get(parts.getFirst()) : null;
    return expression == null ? node : ((ObjectNode) expression.deepCopy()).put("alias", "");
  }
}
