package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The key of a grouped SELECT: its GROUP BY columns, when all of them are in the output. */
final class GroupKey {
  private final JsonNode query;
  private final List<String> output;
  private final Functions functions;
  private final Predicate<JsonNode> inputColumns;

  /**
   * Of one query.
   *
   * @param inputColumns whether a name means a column of its input, which goes before an alias
   */
  GroupKey(
      JsonNode query, List<String> output, Functions functions, Predicate<JsonNode> inputColumns) {
    this.query = query;
    this.output = output;
    this.functions = functions;
    this.inputColumns = inputColumns;
  }

  static boolean isGrouped(JsonNode query) {
    return !query.path("group_expressions").isEmpty() || isGroupByAll(query);
  }

  private static boolean isGroupByAll(JsonNode query) {
    return query.path("aggregate_handling").asText().equals("FORCE_AGGREGATES");
  }

  /** Empty when a group column is not in the output, or there are several grouping sets. */
  List<String> infer() {
    JsonNode items = query.path("select_list");
    if (items.size() != output.size()) {
      return List.of();
    }
    if (isGroupByAll(query)) {
      List<String> key = new ArrayList<>();
      for (int i = 0; i < items.size(); i++) {
        if (!aggregates(items.path(i))) {
          key.add(output.get(i));
        }
      }
      return key;
    }
    if (query.path("group_sets").size() != 1) {
      return List.of();
    }
    Set<String> key = new LinkedHashSet<>();
    for (JsonNode group : query.path("group_expressions")) {
      Optional<String> column = column(group, items);
      if (column.isEmpty() || !key.add(column.get())) {
        return List.of();
      }
    }
    return List.copyOf(key);
  }

  /** Whether an aggregate of this query is in it; those of subqueries are theirs. */
  private boolean aggregates(JsonNode item) {
    if (Tree.isClass(item, "SUBQUERY")) {
      return false;
    }
    boolean found =
        Tree.isClass(item, Tree.FUNCTION) && functions.aggregates().contains(Tree.function(item));
    for (JsonNode child : item) {
      found |= aggregates(child);
    }
    return found;
  }

  private Optional<String> column(JsonNode group, JsonNode items) {
    if (Tree.isClass(group, "CONSTANT")) {
      int ordinal = group.path("literal").path("text").asInt();
      return ordinal >= 1 && ordinal <= output.size()
          ? Optional.of(output.get(ordinal - 1))
          : Optional.empty();
    }
    for (int i = 0; i < items.size(); i++) {
      if (same(group, items.path(i))) {
        return Optional.of(output.get(i));
      }
    }
    boolean bareName = Tree.isClass(group, Tree.COLUMN_REF) && Tree.parts(group).size() == 1;
    return bareName && !inputColumns.test(group)
        ? output.stream().filter(Tree.parts(group).getFirst()::equalsIgnoreCase).findFirst()
        : Optional.empty();
  }

  private static boolean same(JsonNode group, JsonNode item) {
    if (Tree.isClass(group, Tree.COLUMN_REF) && Tree.isClass(item, Tree.COLUMN_REF)) {
      String a = String.join(".", Tree.parts(group)).toLowerCase(Locale.ROOT);
      String b = String.join(".", Tree.parts(item)).toLowerCase(Locale.ROOT);
      return a.equals(b) || a.endsWith("." + b) || b.endsWith("." + a);
    }
    return bare(group).equals(bare(item));
  }

  private static JsonNode bare(JsonNode expression) {
    JsonNode copy = Tree.bare(expression);
    if (copy instanceof ObjectNode object) {
      object.put("alias", "");
    }
    return copy;
  }
}
