package io.millrace.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Condition;
import io.millrace.lake.Condition.Comparison;
import java.math.BigDecimal;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a SELECT demands of every row of a table that it names once: comparisons of its columns with
 * literals that stand in WHERE, joined by AND, right above the table's FROM; or several of one
 * table joined by OR. A join may lie between: the row that is made of nothing meets no comparison
 * (but IS NULL, which counts for a table alone). Files without such rows need not be read.
 */
final class WhereConditions {
  /** Of these, WHERE sees both sides. */
  private static final Set<String> JOINS = Set.of("INNER", "LEFT", "RIGHT", "OUTER", "FULL");

  private final Map<TableName, Integer> named = new HashMap<>();
  private final Map<TableName, List<Wanted>> wanted = new HashMap<>();

  /** A condition before the types of its table's columns are known. */
  private record Wanted(TableName table, Typing condition) {}

  /** The condition on a table of these columns, when its literals are of their types. */
  @FunctionalInterface
  private interface Typing {
    Optional<Condition> on(RowSchema schema);
  }

  /**
   * The tables in sight.
   *
   * @param alone the one that is all of FROM, so that columns need no name before them; or null
   */
  private record Sight(Map<String, TableName> tables, @Nullable TableName alone) {
    Optional<TableName> tableOf(List<String> column) {
      return Optional.ofNullable(
          column.size() == 2 ? tables.get(column.getFirst()) : column.size() == 1 ? alone : null);
    }
  }

  /**
   * A literal.
   *
   * @param kind INTEGER, NUMERIC, BOOLEAN or STRING; DATE, TIMESTAMP and the like for a text under
   *     such a cast
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
            .flatMap(w -> w.condition().on(schema).stream())
            .toList()
        : List.of();
  }

  private void select(ObjectNode select) {
    Map<String, TableName> tables = new HashMap<>();
    JsonNode from = select.path("from_table");
    if (!from(from, tables)) {
      return;
    }
    Sight sight = new Sight(tables, isTable(from) ? name(from) : null);
    conjuncts(select.path("where_clause"))
        .flatMap(c -> wanted(c, sight).stream())
        .forEach(w -> wanted.computeIfAbsent(w.table(), t -> new ArrayList<>()).add(w));
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

  private static Optional<Wanted> wanted(JsonNode condition, Sight sight) {
    String type = condition.path("type").asText();
    return switch (type) {
      case "COMPARE_BETWEEN" -> between(condition, sight);
      case "COMPARE_IN" -> in(condition, sight);
      case "CONJUNCTION_OR" ->
          all(condition.path("children").valueStream().map(c -> wanted(c, sight)).toList())
              .flatMap(parts -> joined(parts, Condition.Any::new));
      case "CONJUNCTION_AND" ->
          all(condition.path("children").valueStream().map(c -> wanted(c, sight)).toList())
              .flatMap(parts -> joined(parts, Condition.All::new));
      case "OPERATOR_IS_NULL" ->
          sight.alone() == null
              ? Optional.empty()
              : ofColumn(condition, sight, Condition.IsNull::new);
      case "OPERATOR_IS_NOT_NULL" -> ofColumn(condition, sight, Condition.IsNotNull::new);
      default ->
          comparison(type)
              .flatMap(how -> {
                JsonNode left = condition.path("left");
                JsonNode right = condition.path("right");
                return compared(left, how, right, sight)
                    .or(() -> compared(right, turned(how), left, sight));
              });
    };
  }

  private static Optional<Wanted> between(JsonNode condition, Sight sight) {
    JsonNode input = condition.path("input");
    return all(List.of(
            compared(input, Comparison.AT_LEAST, condition.path("lower"), sight),
            compared(input, Comparison.AT_MOST, condition.path("upper"), sight)))
        .flatMap(parts -> joined(parts, Condition.All::new));
  }

  private static Optional<Wanted> in(JsonNode condition, Sight sight) {
    List<JsonNode> children = condition.path("children").valueStream().toList();
    return children.size() < 2
        ? Optional.empty()
        : all(children.stream()
                .skip(1)
                .map(value -> compared(children.getFirst(), Comparison.EQUAL, value, sight))
                .toList())
            .flatMap(parts -> joined(parts, Condition.Any::new));
  }

  /** Empty when one is not to be had. */
  private static Optional<List<Wanted>> all(List<Optional<Wanted>> parts) {
    return parts.stream().allMatch(Optional::isPresent)
        ? Optional.of(parts.stream().flatMap(Optional::stream).toList())
        : Optional.empty();
  }

  /** One of several, all on one table. */
  private static Optional<Wanted> joined(
      List<Wanted> parts, Function<List<Condition>, Condition> join) {
    TableName table = parts.getFirst().table();
    if (!parts.stream().allMatch(p -> p.table().equals(table))) {
      return Optional.empty();
    }
    return Optional.of(
        new Wanted(
            table,
            schema -> {
              List<Condition> conditions =
                  parts.stream().flatMap(p -> p.condition().on(schema).stream()).toList();
              return conditions.size() == parts.size()
                  ? Optional.of(join.apply(conditions))
                  : Optional.empty();
            }));
  }

  private static Optional<Wanted> ofColumn(
      JsonNode operator, Sight sight, Function<String, Condition> condition) {
    JsonNode column = operator.path("children").path(0);
    List<String> path = strings(column.path("column_names"));
    return column.path("class").asText().equals("COLUMN_REF")
        ? sight
            .tableOf(path)
            .map(table ->
                new Wanted(
                    table,
                    schema -> schema.column(path.getLast()).map(c -> condition.apply(c.name()))))
        : Optional.empty();
  }

  private static Optional<Comparison> comparison(String type) {
    return switch (type) {
      case "COMPARE_EQUAL" -> Optional.of(Comparison.EQUAL);
      case "COMPARE_LESSTHAN" -> Optional.of(Comparison.LESS);
      case "COMPARE_LESSTHANOREQUALTO" -> Optional.of(Comparison.AT_MOST);
      case "COMPARE_GREATERTHAN" -> Optional.of(Comparison.GREATER);
      case "COMPARE_GREATERTHANOREQUALTO" -> Optional.of(Comparison.AT_LEAST);
      default -> Optional.empty();
    };
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

  private static Optional<Wanted> compared(
      JsonNode column, Comparison how, JsonNode value, Sight sight) {
    List<String> path = strings(column.path("column_names"));
    return column.path("class").asText().equals("COLUMN_REF")
        ? literal(value)
            .flatMap(literal ->
                sight
                    .tableOf(path)
                    .map(table ->
                        new Wanted(
                            table, schema -> condition(path.getLast(), how, literal, schema))))
        : Optional.empty();
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
  private static Optional<Condition> condition(
      String column, Comparison how, Literal literal, RowSchema schema) {
    return schema
        .column(column)
        .filter(c -> fits(c.type(), literal))
        .map(c -> new Condition.Compares(c.name(), how, literal.text()));
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
      case Simple.BOOLEAN -> kind.equals("BOOLEAN");
      case DataType.Decimal decimal ->
          (kind.equals("INTEGER") || kind.equals("NUMERIC")) && fits(decimal, literal.text());
      case Simple _, DataType.Nested _ -> false;
    };
  }

  /** Whether DuckDB compares as decimals of that scale: an integer counts as one of 19 digits. */
  private static boolean fits(DataType.Decimal type, String text) {
    if (!text.matches("-?\\d{1,18}(\\.\\d{1,18})?")) {
      return false;
    }
    BigDecimal number = new BigDecimal(text);
    return number.scale() <= type.scale()
        && number.precision() - number.scale() <= type.precision() - type.scale()
        && type.scale() <= 19;
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
