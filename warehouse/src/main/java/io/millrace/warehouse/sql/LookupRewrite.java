package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns each lookup into a LEFT JOIN of the dimension's real members on natural key and validity,
 * and the call into the joined surrogate key or a default member. Names that begin with {@code __l}
 * are kept out of {@code *}.
 */
final class LookupRewrite {
  /** The parts of a SELECT that see its FROM. */
  private static final List<String> OWN =
      List.of("select_list", "where_clause", "group_expressions", "having", "qualify", "modifiers");

  private final Analysis analysis;
  private final Select select;
  private final Function<TableName, LookupTarget> targets;
  private final List<Rewritten> calls = new ArrayList<>();
  private final List<JsonNode> refused = new ArrayList<>();
  private final Map<JsonNode, String> outputs = new LinkedHashMap<>();
  private int joins;

  LookupRewrite(Analysis analysis, Select select, Function<TableName, LookupTarget> targets) {
    this.analysis = analysis;
    this.select = select;
    this.targets = targets;
  }

  /**
   * A lookup that became a join.
   *
   * @param column the output column of the table that it is, if it is one by itself
   */
  record Rewritten(LookupCall call, Optional<String> column) {}

  /** Rewrites all lookups of a tree in place; problems are added for those that cannot be. */
  List<Rewritten> rewrite(JsonNode tree) {
    List<ObjectNode> queries =
        Tree.objects(tree).stream().filter(o -> Tree.isType(o, Tree.SELECT_NODE)).toList();
    noteOutputs(tree.path("statements").path(0).path("node"));
    for (ObjectNode query : queries.reversed()) {
      rewriteQuery(query);
    }
    Tree.objects(tree).stream()
        .filter(o -> LookupCall.isLookup(o) && !refused.contains(o))
        .forEach(call ->
            problem(call, "lookup can stand in SELECT, WHERE, GROUP BY, HAVING and ORDER BY"));
    return calls;
  }

  /** The lookups that are output columns of the table, by what they mean. */
  private void noteOutputs(JsonNode root) {
    if (Tree.isType(root, Tree.SELECT_NODE)) {
      root.path("select_list")
          .valueStream()
          .filter(LookupCall::isLookup)
          .filter(item -> !item.path("alias").asText().isEmpty())
          .forEach(item -> outputs.putIfAbsent(meaning(item), item.path("alias").asText()));
    }
  }

  private static JsonNode meaning(JsonNode call) {
    ObjectNode meaning = (ObjectNode) Tree.bare(call);
    meaning.put("alias", "");
    return meaning;
  }

  private void rewriteQuery(ObjectNode query) {
    Map<JsonNode, JsonNode> done = new LinkedHashMap<>();
    List<String> hidden = new ArrayList<>();
    for (String part : OWN) {
      query.set(part, replaceOwn(query.path(part), node -> replace(query, node, done, hidden)));
    }
    if (!hidden.isEmpty()) {
      for (String part : OWN) {
        replaceOwn(query.path(part), node -> hide(node, hidden));
      }
    }
  }

  private JsonNode replace(
      ObjectNode query, JsonNode node, Map<JsonNode, JsonNode> done, List<String> hidden) {
    if (!LookupCall.isLookup(node)) {
      return node;
    }
    Optional<LookupCall> call = LookupCall.of(select, (ObjectNode) node).filter(this::legal);
    if (call.isEmpty()) {
      refused.add(node);
      return node;
    }
    JsonNode meaning = meaning(node);
    calls.add(new Rewritten(call.get(), Optional.ofNullable(outputs.get(meaning))));
    JsonNode value = done.get(meaning);
    if (value == null) {
      value = join(query, call.get(), hidden);
      done.put(meaning, value);
    }
    ObjectNode own = value.deepCopy();
    own.put("alias", node.path("alias").asText());
    return own;
  }

  private boolean legal(LookupCall call) {
    LookupTarget target = targets.apply(call.dimension());
    if (call.keys().size() != target.keys().size()) {
      problem(
          call.node(),
          "the key of "
              + call.dimension()
              + " has "
              + target.keys().size()
              + " columns ("
              + String.join(", ", target.keys())
              + "), the lookup gives "
              + call.keys().size());
      return false;
    }
    if (call.asOf().isPresent() && !target.history()) {
      problem(
          call.node(),
          "as_of needs history, and "
              + call.dimension()
              + " keeps no versions: leave as_of out, or make it TYPE 2");
      return false;
    }
    if (call.durable() && target.durableKey().isEmpty()) {
      problem(
          call.node(),
          call.dimension()
              + " has no durable key: leave durable out, or make it SCD TYPE 7 or TYPE 4, whose"
              + " history has one");
      return false;
    }
    if (!call.policy().refusals().isEmpty() && !outputs.containsKey(meaning(call.node()))) {
      problem(
          call.node(),
          "'FAIL' can be asked of a lookup that is a column of the table itself: SELECT lookup(...)"
              + " AS name, outside WITH, subqueries and UNION");
      return false;
    }
    return true;
  }

  /** Joins the dimension to a query's FROM and gives the expression that replaces the call. */
  private JsonNode join(ObjectNode query, LookupCall call, List<String> hidden) {
    joins++;
    LookupText text = new LookupText(targets.apply(call.dimension()), joins, call);
    JsonNode parsed = Tree.bare(analysis.parse(text.sql()).path("statements").path(0).path("node"));
    JsonNode filled = Tree.replace(parsed, node -> argument(node, call));
    ObjectNode join = (ObjectNode) filled.path("from_table");
    join.set("left", explicit(query.path("from_table")));
    query.set("from_table", join);
    hidden.addAll(text.columns());
    return filled.path("select_list").path(0);
  }

  /** Commas in FROM become CROSS JOIN: rendered in parentheses, a comma is no SQL. */
  private static JsonNode explicit(JsonNode from) {
    Tree.objects(from).stream()
        .filter(o -> o.has("is_implicit"))
        .forEach(o -> o.put("is_implicit", false));
    return from;
  }

  private static JsonNode argument(JsonNode node, LookupCall call) {
    if (!Tree.isClass(node, Tree.COLUMN_REF)) {
      return node;
    }
    String name = Tree.parts(node).getFirst();
    if (name.equals(LookupText.INSTANT)) {
      return plain(call.asOf().orElseThrow());
    }
    if (name.equals(LookupText.NOT_APPLICABLE)) {
      return plain(call.notApplicable().orElseThrow());
    }
    if (name.equals(LookupText.BAD_VALUE)) {
      return plain(call.badValue().orElseThrow());
    }
    if (name.startsWith(LookupText.KEY)) {
      return plain(call.keys().get(Integer.parseInt(name.substring(LookupText.KEY.length()))));
    }
    return node;
  }

  private static JsonNode plain(JsonNode expression) {
    ObjectNode copy = expression.deepCopy();
    copy.put("alias", "");
    return copy;
  }

  private JsonNode hide(JsonNode node, List<String> hidden) {
    if (Tree.isClass(node, Tree.STAR) && node.path("relation_name").asText().isEmpty()) {
      if (node.path("columns").asBoolean()) {
        problem(node, "COLUMNS cannot stand beside a lookup: list the columns");
      }
      hidden.forEach(((ArrayNode) node.path("exclude_list"))::add);
    }
    return node;
  }

  /** Like {@link Tree#replace}, but leaves nested queries alone: they have their own FROM. */
  private static JsonNode replaceOwn(JsonNode node, Function<JsonNode, JsonNode> replacement) {
    if (node.path("type").asText().endsWith("_NODE") && !node.has("class")) {
      return node;
    }
    switch (node) {
      case ObjectNode object ->
          List.copyOf(object.properties())
              .forEach(e -> object.set(e.getKey(), replaceOwn(e.getValue(), replacement)));
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, replaceOwn(array.get(i), replacement));
        }
      }
      default -> {}
    }
    return replacement.apply(node);
  }

  private void problem(JsonNode node, String message) {
    select.problem(WarehouseError.WH_041_LOOKUP, node, message, Optional.empty());
  }
}
