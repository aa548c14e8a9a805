package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A call {@code lookup(dim.x, key [, as_of => instant])}.
 *
 * @param node the call in the tree
 * @param dimension the table it names
 * @param keys the key's expressions, several when it is a row
 * @param asOf the instant's expression
 */
record LookupCall(
    ObjectNode node, TableName dimension, List<JsonNode> keys, Optional<JsonNode> asOf) {
  private static final String NAME = "lookup";
  private static final String SCHEMA = "dim";

  static boolean isLookup(JsonNode node) {
    return Tree.isClass(node, Tree.FUNCTION) && Tree.function(node).equals(NAME);
  }

  /** The dimension that a call names, if it names one at all. */
  static Optional<TableName> dimension(JsonNode call) {
    List<String> parts = Tree.parts(target(call));
    return Tree.isClass(target(call), Tree.COLUMN_REF) && parts.size() == 2
        ? Optional.of(
            new TableName(
                parts.get(0).toLowerCase(Locale.ROOT), parts.get(1).toLowerCase(Locale.ROOT)))
        : Optional.empty();
  }

  /** The first argument. */
  static JsonNode target(JsonNode call) {
    return call.path("arguments").path(0).path("expression");
  }

  /** Reads a call; empty, with a problem, when its arguments are not those of a lookup. */
  static Optional<LookupCall> of(Select select, ObjectNode call) {
    Optional<TableName> dimension = dimension(call).filter(d -> d.schema().equals(SCHEMA));
    JsonNode arguments = call.path("arguments");
    String form = "a lookup is lookup(dim.<table>, <key> [, as_of => <instant>])";
    if (dimension.isEmpty()
        || arguments.size() < 2
        || arguments.size() > 3
        || !name(arguments.path(0)).isEmpty()
        || !name(arguments.path(1)).isEmpty()
        || (arguments.size() == 3 && !name(arguments.path(2)).equals("as_of"))) {
      select.problem(WarehouseError.WH_041_LOOKUP, call, form, Optional.empty());
      return Optional.empty();
    }
    JsonNode key = arguments.path(1).path("expression");
    boolean row = Tree.isClass(key, Tree.FUNCTION) && Tree.function(key).equals("row");
    return Optional.of(
        new LookupCall(
            call,
            dimension.get(),
            row ? Tree.arguments(key) : List.of(key),
            arguments.size() == 3
                ? Optional.of(arguments.path(2).path("expression"))
                : Optional.empty()));
  }

  private static String name(JsonNode argument) {
    return argument.path("name").asText().toLowerCase(Locale.ROOT);
  }
}
