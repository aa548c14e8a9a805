package io.millrace.warehouse.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.TableName;
import io.millrace.warehouse.algebra.Node.Kind;
import io.millrace.warehouse.algebra.Node.On;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads the plan that {@code json_serialize_plan} gives of a query, not optimised: names are
 * resolved, types are exact and subqueries are joins already. The shape is that of DuckDB 2.0.
 * Anything that is not positively recognised makes the query unknown; nothing is guessed.
 */
public final class PlanReader {
  /** The comparisons of marks whose NULLs are understood. */
  private static final Set<String> MARKED =
      Set.of("COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM", "COMPARE_DISTINCT_FROM");

  private final ExpressionReader expressions = new ExpressionReader();
  private final WindowReader windows = new WindowReader(expressions);
  private final Map<Long, Node> tables = new HashMap<>();

  private PlanReader() {}

  /**
   * Reads the plan of a query in which {@link Present} stands for the present.
   *
   * @param answer of json_serialize_plan; its tables are {@code <any catalog>.<schema>.<table>}
   */
  public static Algebra read(JsonNode answer) {
    JsonNode plan = answer.path("plans").path(0);
    if (answer.path("error").asBoolean() || plan.isMissingNode()) {
      return new Algebra.Unknown(Reason.NO_PLAN, answer.path("error_type").asText("plan"));
    }
    try {
      Node root = new PlanReader().node(plan);
      new TimeUse(root).check();
      root.all().forEach(PlanReader::refuseIntervals);
      return new Algebra.Known(root);
    } catch (UnknownConstruct e) {
      return e.asAlgebra();
    }
  }

  private Node node(JsonNode n) {
    String type = n.path("type").asText();
    return switch (type) {
      case "LOGICAL_GET" -> scan(n);
      case "LOGICAL_DUMMY_SCAN" -> new Node.Constants(List.of(List.of()), List.of());
      case "LOGICAL_EMPTY_RESULT" -> new Node.Constants(List.of(), types(n.path("return_types")));
      case "LOGICAL_EXPRESSION_GET" -> constants(n);
      case "LOGICAL_PROJECTION" ->
          new Node.Project(input(n), expressions.all(n.path("expressions")));
      case "LOGICAL_FILTER" -> filter(n);
      case "LOGICAL_CROSS_PRODUCT" -> new Node.Join(child(n, 0), child(n, 1), List.of());
      case "LOGICAL_COMPARISON_JOIN", "LOGICAL_ANY_JOIN" -> join(n);
      case "LOGICAL_AGGREGATE_AND_GROUP_BY" -> aggregate(n);
      case "LOGICAL_DISTINCT" -> distinct(n);
      case "LOGICAL_WINDOW" -> windows.read(input(n), n.path("expressions"));
      case "LOGICAL_UNNEST" -> unnest(n);
      case "LOGICAL_UNION" -> union(n);
      case "LOGICAL_EXCEPT" -> setOperation(n, Kind.ANTI);
      case "LOGICAL_INTERSECT" -> setOperation(n, Kind.SEMI);
      case "LOGICAL_ORDER_BY" -> picked(input(n), n.path("projection_map"));
      case "LOGICAL_LIMIT" -> limit(n);
      case "LOGICAL_MATERIALIZED_CTE" -> {
        tables.put(n.path("table_index").asLong(), child(n, 0));
        yield child(n, 1);
      }
      case "LOGICAL_CTE_REF" ->
          Optional.ofNullable(tables.get(n.path("cte_index").asLong()))
              .orElseThrow(() -> new UnknownConstruct(Reason.UNKNOWN_OPERATOR, "recursive CTE"));
      default -> throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, type);
    };
  }

  /** Intervals that are equal need not be the same: a month is 30 days, and is added otherwise. */
  private static void refuseIntervals(Node node) {
    boolean flat =
        switch (node) {
          case Node.Scan _, Node.Constants _, Node.Project _, Node.Join _ -> true;
          case Node.Filter f -> !f.moves();
          case Node.Match _,
              Node.Union _,
              Node.Unnest _,
              Node.Aggregate _,
              Node.Window _,
              Node.First _,
              Node.Top _,
              Node.Stored _ ->
              false;
        };
    if (!flat
        && Stream.concat(Stream.of(node), node.inputs().stream())
            .anyMatch(n -> n.types().contains("INTERVAL"))) {
      throw new UnknownConstruct(Reason.NESTED_TYPE, "INTERVAL");
    }
  }

  private Node input(JsonNode n) {
    return child(n, 0);
  }

  private Node child(JsonNode n, int index) {
    return node(n.path("children").path(index));
  }

  private static List<String> types(JsonNode types) {
    List<String> all = new ArrayList<>();
    types.forEach(t -> all.add(Types.sql(t)));
    return all;
  }

  private static Node scan(JsonNode n) {
    JsonNode data = n.path("function_data");
    JsonNode function = n.path("qname").path("path");
    if (!function.path(function.size() - 1).asText().equals("seq_scan")
        || !n.path("projection_ids").isEmpty()
        || !n.path("table_filters").path("filters").isEmpty()) {
      throw new UnknownConstruct(
          Reason.UNKNOWN_OPERATOR, function.path(function.size() - 1).asText());
    }
    List<String> columns = new ArrayList<>();
    List<String> types = new ArrayList<>();
    for (JsonNode column : n.path("column_indexes")) {
      // Where rows are only counted, DuckDB reads their numbers: any column does as well.
      long index = column.path("index").asLong();
      int name = index < 0 || index >= n.path("names").size() ? 0 : (int) index;
      if (!column.path("child_indexes").isEmpty()) {
        throw new UnknownConstruct(Reason.NESTED_TYPE, "part of a column");
      }
      columns.add(n.path("names").path(name).asText());
      types.add(Types.sql(n.path("returned_types").path(name)));
    }
    TableName table = new TableName(data.path("schema").asText(), data.path("table").asText());
    return new Node.Scan(table, columns, types);
  }

  private Node constants(JsonNode n) {
    List<List<Expr>> rows = new ArrayList<>();
    n.path("expressions").forEach(row -> rows.add(expressions.all(row)));
    return new Node.Constants(rows, types(n.path("expr_types")));
  }

  private Node filter(JsonNode n) {
    Node input = input(n);
    List<Expr> conditions = expressions.all(n.path("expressions"));
    return picked(Marks.resolve(input, conditions), n.path("projection_map"));
  }

  /** Some of the columns, in the order of the map; an empty map is all. */
  private static Node picked(Node node, JsonNode map) {
    if (map.isEmpty()) {
      return node;
    }
    List<Expr> columns = new ArrayList<>();
    map.forEach(i -> columns.add(Expr.column(i.asInt(), node.types().get(i.asInt()))));
    return new Node.Project(node, columns);
  }

  private Node join(JsonNode n) {
    Node left = child(n, 0);
    Node right = child(n, 1);
    List<On> on = new ArrayList<>();
    List<Expr> rest = new ArrayList<>();
    for (JsonNode c : n.path("conditions")) {
      if (!c.has("left") || !c.path("left").isObject()) {
        throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, "join condition");
      }
      if (n.path("join_type").asText().equals("MARK")
          && !MARKED.contains(c.path("comparison").asText())) {
        throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, "comparison with ANY or ALL");
      }
      condition(c, left.types().size(), on, rest);
    }
    if (n.path("type").asText().equals("LOGICAL_ANY_JOIN")) {
      rest.add(expressions.read(n.path("condition")));
    }
    Node joined = Joins.of(n.path("join_type").asText(), left, right, on, rest);
    return picked(joined, joined.types().size(), left, n);
  }

  private void condition(JsonNode c, int width, List<On> on, List<Expr> rest) {
    Expr left = expressions.read(c.path("left"));
    Expr right = expressions.read(c.path("right"));
    switch (c.path("comparison").asText()) {
      case "COMPARE_EQUAL" -> on.add(new On(left, right, false));
      case "COMPARE_NOT_DISTINCT_FROM" -> on.add(new On(left, right, true));
      case String comparison ->
          rest.add(ExpressionReader.comparison(left, comparison, right.shifted(width)));
    }
  }

  /** Applies a join's projection maps: left columns, then right ones. */
  private static Node picked(Node joined, int width, Node left, JsonNode n) {
    JsonNode leftMap = n.path("left_projection_map");
    JsonNode rightMap = n.path("right_projection_map");
    int middle = Math.min(width, left.types().size());
    if (leftMap.isEmpty() && (rightMap.isEmpty() || width == middle)) {
      return joined;
    }
    List<Integer> columns = new ArrayList<>();
    if (leftMap.isEmpty()) {
      IntStream.range(0, middle).forEach(columns::add);
    }
    leftMap.forEach(i -> columns.add(i.asInt()));
    if (rightMap.isEmpty()) {
      IntStream.range(middle, width).forEach(columns::add);
    }
    rightMap.forEach(i -> columns.add(middle + i.asInt()));
    return new Node.Project(
        joined, columns.stream().map(i -> Expr.column(i, joined.types().get(i))).toList());
  }

  private Node aggregate(JsonNode n) {
    if (n.path("grouping_sets").size() > 1 || !n.path("grouping_functions").isEmpty()) {
      throw new UnknownConstruct(Reason.GROUPING_SETS, "GROUPING SETS");
    }
    List<Call> calls = new ArrayList<>();
    n.path("expressions").forEach(e -> calls.add(expressions.call(e)));
    return new Node.Aggregate(input(n), expressions.all(n.path("groups")), calls);
  }

  private Node distinct(JsonNode n) {
    Node input = input(n);
    List<Expr> keys = expressions.all(n.path("distinct_targets"));
    if (n.path("distinct_type").asText().equals("DISTINCT_ON")) {
      return new Node.First(input, keys, expressions.orders(n.path("order_by").path("orders")));
    }
    if (!keys.equals(Expr.columns(input.types()))) {
      throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, "DISTINCT");
    }
    return new Node.Aggregate(input, keys, List.of());
  }

  private Node unnest(JsonNode n) {
    List<Expr> lists = new ArrayList<>();
    for (JsonNode e : n.path("expressions")) {
      if (!e.path("expression_class").asText().equals("BOUND_UNNEST")) {
        throw new UnknownConstruct(Reason.UNKNOWN_EXPRESSION, e.path("type").asText());
      }
      Expr list = expressions.read(e.path("child"));
      lists.add(new Expr(list.pieces(), Types.sql(e.path("return_type"))));
    }
    return new Node.Unnest(input(n), lists);
  }

  private Node union(JsonNode n) {
    if (!n.path("setop_all").asBoolean()) {
      throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, "UNION");
    }
    List<Node> inputs = new ArrayList<>();
    n.path("children").forEach(c -> inputs.add(node(c)));
    if (inputs.stream().map(Node::types).distinct().count() > 1) {
      throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, "UNION of other types");
    }
    return new Node.Union(inputs, inputs.getFirst().types());
  }

  /** EXCEPT and INTERSECT without ALL; DISTINCT stands above them. */
  private Node setOperation(JsonNode n, Kind kind) {
    Node left = child(n, 0);
    Node right = child(n, 1);
    if (n.path("setop_all").asBoolean() || !left.types().equals(right.types())) {
      throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, n.path("type").asText() + " ALL");
    }
    List<On> on = new ArrayList<>();
    for (Expr column : Expr.columns(left.types())) {
      on.add(new On(column, column, true));
    }
    return new Node.Match(kind, left, right, on, List.of());
  }

  private Node limit(JsonNode n) {
    long limit = constant(n.path("limit_val"), Long.MAX_VALUE);
    long offset = constant(n.path("offset_val"), 0);
    JsonNode below = n.path("children").path(0);
    if (below.path("type").asText().equals("LOGICAL_ORDER_BY")) {
      Node top = top(below, limit, offset);
      return picked(top, below.path("projection_map"));
    }
    if (below.path("type").asText().equals("LOGICAL_PROJECTION")
        && below.path("children").path(0).path("type").asText().equals("LOGICAL_ORDER_BY")) {
      JsonNode order = below.path("children").path(0);
      Node top = picked(top(order, limit, offset), order.path("projection_map"));
      return new Node.Project(top, expressions.all(below.path("expressions")));
    }
    Node input = node(below);
    if (input instanceof Node.Project project
        && project.outputs().stream().allMatch(Expr::isConstant)) {
      return new Node.Top(new Node.Stored(input), List.of(), limit, offset);
    }
    throw new UnknownConstruct(Reason.LIMIT_WITHOUT_ORDER, "LIMIT");
  }

  private Node top(JsonNode order, long limit, long offset) {
    return new Node.Top(
        new Node.Stored(input(order)), expressions.orders(order.path("orders")), limit, offset);
  }

  private static long constant(JsonNode value, long unset) {
    return switch (value.path("type").asText()) {
      case "UNSET" -> unset;
      case "CONSTANT_VALUE" -> value.path("constant_integer").asLong();
      default -> throw new UnknownConstruct(Reason.LIMIT_NOT_CONSTANT, "LIMIT");
    };
  }
}
