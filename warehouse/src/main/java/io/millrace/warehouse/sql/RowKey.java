package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The key of a SELECT that makes at most one row of each row of one of its tables: that table's
 * key, when it is in the output. A join keeps that property when the other side is matched on its
 * whole key. Anything not recognised has no key.
 */
final class RowKey {
  private final JsonNode query;
  private final List<String> output;
  private final Functions functions;
  private final Map<String, Table> tables = new LinkedHashMap<>();

  private record Table(List<String> path, RowSchema schema) {}

  /** A column of one of the tables in FROM; both names in lower case. */
  private record TableColumn(String alias, String column) {}

  RowKey(
      JsonNode query,
      List<String> output,
      Functions functions,
      Function<List<String>, Optional<RowSchema>> schemas) {
    this.query = query;
    this.output = output;
    this.functions = functions;
    addTables(query.path("from_table"), schemas);
  }

  /** The tables of a FROM, through its joins; those of subqueries are not seen here. */
  private void addTables(JsonNode from, Function<List<String>, Optional<RowSchema>> schemas) {
    if (from instanceof ObjectNode node && Tree.isType(from, Tree.BASE_TABLE)) {
      List<String> path = Inputs.path(node);
      schemas.apply(path).ifPresent(s -> tables.put(alias(node), new Table(path, s)));
    } else if (Tree.isType(from, "JOIN")) {
      addTables(from.path("left"), schemas);
      addTables(from.path("right"), schemas);
    }
  }

  List<String> infer() {
    boolean aggregated =
        Tree.ofClass(query.path("select_list"), Tree.FUNCTION)
            .map(Tree::function)
            .anyMatch(functions.aggregates()::contains);
    Optional<List<TableColumn>> key =
        aggregated ? Optional.empty() : keyOf(query.path("from_table"));
    List<String> names = new ArrayList<>();
    for (TableColumn column : key.orElse(List.of())) {
      Optional<String> name = outputName(column);
      if (name.isEmpty()) {
        return List.of();
      }
      names.add(name.get());
    }
    return names;
  }

  private Optional<List<TableColumn>> keyOf(JsonNode from) {
    if (Tree.isType(from, Tree.BASE_TABLE)) {
      String alias = alias(from);
      return Optional.ofNullable(tables.get(alias))
          .map(t ->
              t.schema().key().stream()
                  .map(k -> new TableColumn(alias, k.toLowerCase(Locale.ROOT)))
                  .toList())
          .filter(key -> !key.isEmpty());
    }
    if (!Tree.isType(from, "JOIN") || !from.path("ref_type").asText().equals("REGULAR")) {
      return Optional.empty();
    }
    JsonNode left = from.path("left");
    JsonNode right = from.path("right");
    return switch (from.path("join_type").asText()) {
      case "SEMI", "ANTI" -> keyOf(left);
      case "LEFT" -> matchedOnKey(right, from) ? keyOf(left) : Optional.empty();
      case "INNER" ->
          matchedOnKey(right, from)
              ? keyOf(left)
              : matchedOnKey(left, from) ? keyOf(right) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Whether a join's condition equates the whole key of a table with what is not of that table. */
  private boolean matchedOnKey(JsonNode side, JsonNode join) {
    Optional<List<TableColumn>> key =
        Tree.isType(side, Tree.BASE_TABLE) ? keyOf(side) : Optional.empty();
    if (key.isEmpty()) {
      return false;
    }
    List<TableColumn> matched = new ArrayList<>();
    join.path("using_columns")
        .forEach(c -> matched.add(new TableColumn(alias(side), lower(c.asText()))));
    for (JsonNode equality : conjuncts(join.path("condition"))) {
      if (Tree.isType(equality, "COMPARE_EQUAL")) {
        equated(equality.path("left"), equality.path("right"), alias(side)).ifPresent(matched::add);
        equated(equality.path("right"), equality.path("left"), alias(side)).ifPresent(matched::add);
      }
    }
    return matched.containsAll(key.get());
  }

  private Optional<TableColumn> equated(JsonNode column, JsonNode other, String alias) {
    boolean independent =
        Tree.ofClass(other, Tree.COLUMN_REF)
                .map(this::resolve)
                .allMatch(c -> c.isPresent() && !c.get().alias().equals(alias))
            && Tree.ofClass(other, "SUBQUERY").findAny().isEmpty();
    return independent ? resolve(column).filter(c -> c.alias().equals(alias)) : Optional.empty();
  }

  private static List<JsonNode> conjuncts(JsonNode condition) {
    if (!Tree.isType(condition, "CONJUNCTION_AND")) {
      return List.of(condition);
    }
    List<JsonNode> all = new ArrayList<>();
    condition.path("children").forEach(c -> all.addAll(conjuncts(c)));
    return all;
  }

  /** The table and column that a reference means; empty when that is not certain. */
  private Optional<TableColumn> resolve(JsonNode reference) {
    if (!Tree.isClass(reference, Tree.COLUMN_REF)) {
      return Optional.empty();
    }
    List<String> parts = Tree.parts(reference).stream().map(RowKey::lower).toList();
    String column = parts.getLast();
    List<String> owners =
        tables.entrySet().stream()
            .filter(e -> e.getValue().schema().column(column).isPresent())
            .filter(e -> qualifies(parts.subList(0, parts.size() - 1), e))
            .map(Map.Entry::getKey)
            .toList();
    return owners.size() == 1
        ? Optional.of(new TableColumn(owners.getFirst(), column))
        : Optional.empty();
  }

  private static boolean qualifies(List<String> qualifier, Map.Entry<String, Table> table) {
    return qualifier.isEmpty()
        || qualifier.equals(List.of(table.getKey()))
        || qualifier.equals(table.getValue().path());
  }

  private Optional<String> outputName(TableColumn column) {
    JsonNode items = query.path("select_list");
    boolean stars = false;
    for (int i = 0; i < items.size(); i++) {
      JsonNode item = items.path(i);
      stars |= Tree.isClass(item, Tree.STAR);
      if (Tree.isClass(item, Tree.STAR) && covers(item, column)) {
        return output.stream().filter(column.column()::equalsIgnoreCase).findFirst();
      }
      if (resolve(item).filter(column::equals).isPresent()) {
        String alias = item.path("alias").asText();
        String name = alias.isEmpty() ? Tree.parts(item).getLast() : alias;
        return stars || i >= output.size()
            ? output.stream().filter(name::equalsIgnoreCase).findFirst()
            : Optional.of(output.get(i));
      }
    }
    return Optional.empty();
  }

  private static boolean covers(JsonNode star, TableColumn column) {
    String relation = lower(star.path("relation_name").asText());
    boolean whole =
        Set.of("exclude_list", "replace_list", "rename_list", "qualified_exclude_list").stream()
            .allMatch(list -> star.path(list).isEmpty());
    return whole
        && !star.path("columns").asBoolean()
        && (relation.isEmpty() || relation.equals(column.alias()));
  }

  private static String alias(JsonNode table) {
    return lower(BindProblems.aliasOf((ObjectNode) table));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
