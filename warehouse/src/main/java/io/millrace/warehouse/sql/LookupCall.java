package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.sql.LookupPolicy.OnBadValue;
import io.millrace.warehouse.sql.LookupPolicy.OnNoMatch;
import io.millrace.warehouse.sql.LookupPolicy.OnNull;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A call {@code lookup(dim.x, key [, as_of => instant] [, further arguments by name])}.
 *
 * @param node the call in the tree
 * @param dimension the table it names
 * @param keys the key's expressions, several when it is a row
 * @param asOf the instant's expression
 * @param notApplicable the condition under which the dimension does not apply, whatever the key
 * @param badValue the condition under which the key is known to be wrong
 * @param policy what it gives without a member
 * @param durable whether it asks for the durable key
 */
record LookupCall(
    ObjectNode node,
    TableName dimension,
    List<JsonNode> keys,
    Optional<JsonNode> asOf,
    Optional<JsonNode> notApplicable,
    Optional<JsonNode> badValue,
    LookupPolicy policy,
    boolean durable) {
  private static final String NAME = "lookup";
  private static final String SCHEMA = "dim";
  private static final List<String> NAMED =
      List.of(
          "as_of",
          "not_applicable",
          "bad_value",
          "on_null",
          "on_bad_value",
          "on_no_match",
          "durable");
  private static final String FORM =
      "a lookup is lookup(dim.<table>, <key> [, as_of => <instant>] [, <name> => ...])";

  /** Types the unchanged text of a query; misspelt columns inside are found, for they are used. */
  static final String MACRO =
      "CREATE MACRO lookup(d, k, as_of := NULL::TIMESTAMPTZ, not_applicable := false, bad_value :="
          + " false, on_null := '', on_bad_value := '', on_no_match := '', durable := false) AS"
          + " (CASE WHEN k IS NULL AND epoch_us(as_of) IS NULL AND not_applicable AND bad_value"
          + " AND on_null = '' AND on_bad_value = '' AND on_no_match = '' AND durable THEN"
          + " NULL::BIGINT END)";

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

  /** An argument by its name, if the call has it. */
  static Optional<JsonNode> argument(JsonNode call, String name) {
    return call.path("arguments")
        .valueStream()
        .filter(argument -> name(argument).equals(name))
        .map(argument -> argument.path("expression"))
        .findFirst();
  }

  /** The key's expressions, several when it is a row. */
  static List<JsonNode> keys(JsonNode call) {
    JsonNode key = call.path("arguments").path(1).path("expression");
    return Tree.isClass(key, Tree.FUNCTION) && Tree.function(key).equals("row")
        ? Tree.arguments(key)
        : List.of(key);
  }

  /** Reads a call; empty, with a problem, when its arguments are not those of a lookup. */
  static Optional<LookupCall> of(Select select, ObjectNode call) {
    Optional<TableName> dimension = dimension(call).filter(d -> d.schema().equals(SCHEMA));
    JsonNode arguments = call.path("arguments");
    Map<String, JsonNode> named = new LinkedHashMap<>();
    boolean formed =
        dimension.isPresent()
            && arguments.size() >= 2
            && name(arguments.path(0)).isEmpty()
            && name(arguments.path(1)).isEmpty();
    for (int i = 2; formed && i < arguments.size(); i++) {
      String name = name(arguments.path(i));
      formed = !name.isEmpty() && named.put(name, arguments.path(i).path("expression")) == null;
      if (formed && !NAMED.contains(name)) {
        problem(select, call, "a lookup has no argument " + name, Nearest.hint(name, NAMED));
        return Optional.empty();
      }
    }
    if (!formed) {
      problem(select, call, FORM, Optional.empty());
      return Optional.empty();
    }
    Optional<OnNull> onNull = word(select, named, "on_null", OnNull.MISSING);
    Optional<OnBadValue> onBad = word(select, named, "on_bad_value", OnBadValue.DEFAULT);
    Optional<OnNoMatch> onNoMatch = word(select, named, "on_no_match", OnNoMatch.DEFAULT);
    if (onNull.isEmpty() || onBad.isEmpty() || onNoMatch.isEmpty()) {
      return Optional.empty();
    }
    JsonNode durable = named.get("durable");
    if (durable != null && !durable.path("literal").path("text").asText().equals("true")) {
      problem(select, durable, "durable is true, or left out", Optional.empty());
      return Optional.empty();
    }
    return Optional.of(
        new LookupCall(
            call,
            dimension.get(),
            keys(call),
            Optional.ofNullable(named.get("as_of")),
            Optional.ofNullable(named.get("not_applicable")),
            Optional.ofNullable(named.get("bad_value")),
            new LookupPolicy(onNull.get(), onBad.get(), onNoMatch.get()),
            durable != null));
  }

  private static <E extends Enum<E>> Optional<E> word(
      Select select, Map<String, JsonNode> named, String name, E otherwise) {
    JsonNode given = named.get(name);
    if (given == null) {
      return Optional.of(otherwise);
    }
    String text = given.path("literal").path("text").asText();
    List<E> legal = Arrays.asList(otherwise.getDeclaringClass().getEnumConstants());
    Optional<E> value =
        Tree.isClass(given, "CONSTANT")
            ? legal.stream().filter(e -> e.name().equals(text)).findFirst()
            : Optional.empty();
    if (value.isEmpty()) {
      List<String> names = legal.stream().map(Enum::name).toList();
      problem(
          select,
          given,
          name + " is one of '" + String.join("', '", names) + "'",
          Nearest.hint(text.toUpperCase(Locale.ROOT), names));
    }
    return value;
  }

  private static void problem(Select select, JsonNode at, String message, Optional<String> hint) {
    select.problem(WarehouseError.WH_041_LOOKUP, at, message, hint);
  }

  private static String name(JsonNode argument) {
    return argument.path("name").asText().toLowerCase(Locale.ROOT);
  }
}
