package io.millrace.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Condition;
import io.millrace.lake.Condition.Comparison;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a SELECT demands of every row of a table that it names once: comparisons with literals that
 * stand in WHERE, joined by AND, right above the table's FROM. A join of any kind may lie between:
 * the row that is made of nothing meets no comparison. Files without such rows need not be read.
 */
final class WhereConditions {
  /** Of these, WHERE sees both sides. */
  private static final Set<String> JOINS = Set.of("INNER", "LEFT", "RIGHT", "OUTER", "FULL");

  private final Map<TableName, Integer> named = new HashMap<>();
  private final Map<TableName, List<Wanted>> wanted = new HashMap<>();

  /** A comparison before the column's type is known. */
  private record Wanted(String column, Comparison comparison, Literal literal) {}

  /**
   * A literal.
   *
   * @param kind INTEGER or STRING; DATE, TIMESTAMP and the like for a text under such a cast
   */
  private record Literal(String kind, String text) {}

  WhereConditions(List<ObjectNode> nodes) {
    nodes.stream()
        .filter(WhereConditions::isTable)
        .forEach(n -> named.merge(name(n), 1, Integer::sum));
    nodes.stream()
        .filter(n -> n.path("type").asText().equals("SELECT_NODE") && n.path("sample").isNull())
        .forEach(this::select);
  }

  /** Those on a table of these columns. */
  List<Condition> on(TableName table, RowSchema schema) {
    return named.getOrDefault(table, 0) == 1
        ? wanted.getOrDefault(table, List.of()).stream()
            .flatMap(w -> condition(w, schema).stream())
            .toList()
        : List.of();
  }

  private void select(ObjectNode select) {
    Map<String, TableName> tables = new HashMap<>();
    if (!from(select.path("from_table"), tables)) {
      return;
    }
    boolean alone = isTable(select.path("from_table"));
    conjuncts(select.path("where_clause"))
        .flatMap(WhereConditions::comparisons)
        .forEach(comparison -> {
          List<String> path = strings(comparison.column().path("column_names"));
          TableName table =
              path.size() == 2
                  ? tables.get(path.getFirst())
                  : path.size() == 1 && alone ? tables.values().iterator().next() : null;
          if (table != null) {
            wanted
                .computeIfAbsent(table, t -> new ArrayList<>())
                .add(new Wanted(path.getLast(), comparison.how(), comparison.literal()));
          }
        });
  }

  /** Collects tables by alias; false when rows may be matched by more than conditions. */
  private static boolean from(JsonNode from, Map<String, TableName> tables) {
    if (from.path("type").asText().equals("JOIN")) {
      String kind = from.path("ref_type").asText();
      return (kind.equals("REGULAR") || kind.equals("CROSS"))
          && JOINS.contains(from.path("join_type").asText())
          && from(from.path("left"), tables)
          && from(from.path("right"), tables);
    }
    if (isTable(from)) {
      String alias = from.path("alias").asText();
      String name = alias.isEmpty() ? from.path("table_name").asText() : alias;
      return from.path("sample").isNull()
          && from.path("column_name_alias").isEmpty()
          && tables.put(name.toLowerCase(Locale.ROOT), name(from)) == null;
    }
    return true;
  }

  private static boolean isTable(JsonNode node) {
    return node.path("type").asText().equals("BASE_TABLE") && path(node).size() == 2;
  }

  private static TableName name(JsonNode table) {
    return new TableName(path(table).getFirst(), path(table).getLast());
  }

  private static List<String> path(JsonNode table) {
    return strings(table.path("qualified_name").path("path"));
  }

  private static List<String> strings(JsonNode names) {
    return names.valueStream().map(n -> n.asText().toLowerCase(Locale.ROOT)).toList();
  }

  private static Stream<JsonNode> conjuncts(JsonNode where) {
    return where.path("type").asText().equals("CONJUNCTION_AND")
        ? where.path("children").valueStream().flatMap(WhereConditions::conjuncts)
        : Stream.of(where);
  }

  private record Compared(JsonNode column, Comparison how, Literal literal) {}

  private static Stream<Compared> comparisons(JsonNode condition) {
    if (condition.path("type").asText().equals("COMPARE_BETWEEN")) {
      JsonNode input = condition.path("input");
      return Stream.concat(
          compared(input, Comparison.AT_LEAST, condition.path("lower")),
          compared(input, Comparison.AT_MOST, condition.path("upper")));
    }
    Optional<Comparison> how =
        switch (condition.path("type").asText()) {
          case "COMPARE_EQUAL" -> Optional.of(Comparison.EQUAL);
          case "COMPARE_LESSTHAN" -> Optional.of(Comparison.LESS);
          case "COMPARE_LESSTHANOREQUALTO" -> Optional.of(Comparison.AT_MOST);
          case "COMPARE_GREATERTHAN" -> Optional.of(Comparison.GREATER);
          case "COMPARE_GREATERTHANOREQUALTO" -> Optional.of(Comparison.AT_LEAST);
          default -> Optional.empty();
        };
    return how.stream()
        .flatMap(h ->
            Stream.concat(
                compared(condition.path("left"), h, condition.path("right")),
                compared(condition.path("right"), turned(h), condition.path("left"))));
  }

  private static Comparison turned(Comparison comparison) {
    return switch (comparison) {
      case EQUAL -> Comparison.EQUAL;
      case LESS -> Comparison.GREATER;
      case AT_MOST -> Comparison.AT_LEAST;
      case GREATER -> Comparison.LESS;
      case AT_LEAST -> Comparison.AT_MOST;
    };
  }

  private static Stream<Compared> compared(JsonNode column, Comparison how, JsonNode value) {
    return column.path("class").asText().equals("COLUMN_REF")
        ? literal(value).stream().map(l -> new Compared(column, how, l))
        : Stream.empty();
  }

  private static Optional<Literal> literal(JsonNode value) {
    if (value.path("class").asText().equals("CAST") && !value.path("try_cast").asBoolean()) {
      List<String> type = strings(value.path("type_expr").path("qualified_name").path("path"));
      return literal(value.path("child"))
          .filter(l -> l.kind().equals("STRING") && type.size() == 1)
          .map(l -> new Literal(type.getFirst().toUpperCase(Locale.ROOT), l.text()));
    }
    JsonNode literal = value.path("literal");
    return literal.has("text")
        ? Optional.of(new Literal(literal.path("kind").asText(), literal.path("text").asText()))
        : Optional.empty();
  }

  /** The condition, when the literal is of the column's type and needs no rounding. */
  private static Optional<Condition> condition(Wanted wanted, RowSchema schema) {
    return schema
        .column(wanted.column())
        .filter(c -> fits(c.type(), wanted.literal()))
        .map(c -> new Condition(c.name(), wanted.comparison(), wanted.literal().text()));
  }

  private static boolean fits(DataType type, Literal literal) {
    String kind = literal.kind();
    boolean text = kind.equals("STRING");
    boolean date = text || kind.equals("DATE");
    return switch (type) {
      case Simple.TINYINT -> kind.equals("INTEGER") && bits(literal) < 8;
      case Simple.SMALLINT -> kind.equals("INTEGER") && bits(literal) < 16;
      case Simple.INTEGER -> kind.equals("INTEGER") && bits(literal) < 32;
      case Simple.BIGINT -> kind.equals("INTEGER") && bits(literal) < 64;
      case Simple.VARCHAR -> text;
      case Simple.DATE -> date && isDay(literal.text());
      case Simple.TIMESTAMP, Simple.TIMESTAMPTZ ->
          (date && isDay(literal.text()))
              || ((text || kind.equals(type == Simple.TIMESTAMP ? "TIMESTAMP" : "TIMESTAMPTZ"))
                  && isTime(literal.text()));
      case Simple _, DataType.Decimal _, DataType.Nested _ -> false;
    };
  }

  private static int bits(Literal literal) {
    try {
      return new BigInteger(literal.text()).bitLength();
    } catch (NumberFormatException e) {
      return Integer.MAX_VALUE;
    }
  }

  private static boolean isDay(String text) {
    try {
      return text.length() == 10 && LocalDate.parse(text).getYear() > 0;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean isTime(String text) {
    try {
      return text.matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?")
          && LocalDateTime.parse(text.replace(' ', 'T')).getYear() > 0;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
