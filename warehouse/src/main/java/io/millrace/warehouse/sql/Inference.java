package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A lookup that asks its dimension to make a member of each key that it does not hold. It is found
 * before anything is bound, because it decides what the dimension reads.
 */
public final class Inference {
  private static final String STAGING = "staging";
  private static final String HINT =
      "'INFER' needs key columns of one staging table in the lookup's own FROM, unchanged";

  private final Select select;
  private final JsonNode call;
  private final TableName dimension;
  private final TableName table;
  private final List<String> columns;

  private Inference(
      Select select, JsonNode call, TableName dimension, TableName table, List<String> columns) {
    this.select = select;
    this.call = call;
    this.dimension = dimension;
    this.table = table;
    this.columns = List.copyOf(columns);
  }

  /** The dimension that is asked. */
  public TableName dimension() {
    return dimension;
  }

  /** The staging table whose rows hold the keys. */
  public TableName table() {
    return table;
  }

  /** Its columns that are the key, in the order of the dimension's KEYS, as written. */
  public List<String> columns() {
    return columns;
  }

  /** Adds a problem at the lookup. */
  public void problem(String message) {
    select.problem(WarehouseError.WH_044_INFER, call, message, Optional.empty());
  }

  /** All of a SELECT; a problem for each that cannot be served. */
  public static List<Inference> of(Select select) {
    List<Inference> found = new ArrayList<>();
    collect(select, select.node(), select.node(), found);
    return found;
  }

  private static void collect(Select select, JsonNode node, JsonNode query, List<Inference> found) {
    if (asks(node)) {
      LookupCall.dimension(node)
          .flatMap(dimension -> of(select, node, dimension, sources(query.path("from_table"))))
          .ifPresent(found::add);
    }
    JsonNode inner = Tree.isType(node, Tree.SELECT_NODE) ? node : query;
    node.forEach(child -> collect(select, child, inner, found));
  }

  private static boolean asks(JsonNode node) {
    return LookupCall.isLookup(node)
        && LookupCall.argument(node, "on_no_match")
            .filter(a -> a.path("literal").path("text").asText().equals("INFER"))
            .isPresent();
  }

  private static Optional<Inference> of(
      Select select, JsonNode call, TableName dimension, List<ObjectNode> sources) {
    List<String> columns = new ArrayList<>();
    Optional<TableName> table = Optional.empty();
    boolean served =
        LookupCall.argument(call, "not_applicable").isEmpty()
            && LookupCall.argument(call, "bad_value").isEmpty();
    for (JsonNode key : LookupCall.keys(call)) {
      Optional<TableName> from = source(key, sources);
      served &= from.isPresent() && (table.isEmpty() || table.equals(from));
      table = from;
      columns.add(served ? Tree.parts(key).getLast() : "");
    }
    if (!served || table.isEmpty()) {
      select.problem(
          WarehouseError.WH_044_INFER,
          call,
          HINT + ", and neither not_applicable nor bad_value",
          Optional.of("leave rows out, or mend their keys, in the staging table"));
      return Optional.empty();
    }
    return Optional.of(new Inference(select, call, dimension, table.get(), columns));
  }

  /** The tables of a FROM, through its joins. */
  private static List<ObjectNode> sources(JsonNode from) {
    List<ObjectNode> sources = new ArrayList<>();
    if (from instanceof ObjectNode table && Tree.isType(from, Tree.BASE_TABLE)) {
      sources.add(table);
    } else if (from.has("left") && from.has("right")) {
      sources.addAll(sources(from.path("left")));
      sources.addAll(sources(from.path("right")));
    }
    return sources;
  }

  /** The staging table whose column it is, by its alias, or because there is no other table. */
  private static Optional<TableName> source(JsonNode key, List<ObjectNode> sources) {
    if (!Tree.isClass(key, Tree.COLUMN_REF)) {
      return Optional.empty();
    }
    List<String> parts = Tree.parts(key);
    return sources.stream()
        .filter(s -> parts.size() == 1 ? sources.size() == 1 : isNamed(s, parts))
        .map(Inputs::path)
        .filter(path -> path.size() == 2 && path.getFirst().equals(STAGING))
        .map(path -> new TableName(path.getFirst(), path.getLast()))
        .findFirst();
  }

  private static boolean isNamed(ObjectNode source, List<String> parts) {
    String alias = source.path("alias").asText().toLowerCase(Locale.ROOT);
    List<String> path = Inputs.path(source);
    List<String> named =
        parts.subList(0, parts.size() - 1).stream().map(p -> p.toLowerCase(Locale.ROOT)).toList();
    return alias.isEmpty()
        ? named.equals(path) || named.equals(List.of(path.getLast()))
        : named.equals(List.of(alias));
  }
}
