package io.millrace.warehouse.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads window expressions. */
final class WindowReader {
  private static final Set<String> FUNCTIONS =
      Set.of(
          "row_number",
          "rank",
          "rank_dense",
          "dense_rank",
          "percent_rank",
          "cume_dist",
          "ntile",
          "lag",
          "lead",
          "first_value",
          "last_value",
          "nth_value");

  private final ExpressionReader expressions;

  WindowReader(ExpressionReader expressions) {
    this.expressions = expressions;
  }

  Node.Window read(Node input, JsonNode windows) {
    List<Expr> all = new ArrayList<>();
    List<Expr> common = new ArrayList<>();
    boolean first = true;
    for (JsonNode window : windows) {
      List<Expr> partition = expressions.all(window.path("partitions"));
      if (first) {
        common.addAll(partition);
      } else {
        common.retainAll(partition);
      }
      first = false;
      all.add(window(window, partition));
    }
    return new Node.Window(input, common, all);
  }

  private Expr window(JsonNode w, List<Expr> partition) {
    String type = Types.sql(w.path("return_type"));
    if (!w.path("expression_class").asText().equals("BOUND_WINDOW")
        || !w.path("arg_orders").isEmpty()) {
      throw new UnknownConstruct(Reason.UNKNOWN_EXPRESSION, w.path("type").asText());
    }
    ExpressionReader.Text text = new ExpressionReader.Text();
    text.add('"' + function(w) + "\"(").add(w.path("distinct").asBoolean() ? "DISTINCT " : "");
    text.list(expressions.all(w.path("children")));
    text.add(w.path("ignore_nulls").asBoolean() ? " IGNORE NULLS)" : ")");
    if (w.path("filters").isObject()) {
      text.add(" FILTER (WHERE ").add(expressions.read(w.path("filters"))).add(")");
    }
    text.add(" OVER (");
    if (!partition.isEmpty()) {
      text.add("PARTITION BY ").list(partition);
    }
    List<Order> orders = expressions.orders(w.path("orders"));
    for (int i = 0; i < orders.size(); i++) {
      text.add(i == 0 ? " ORDER BY " : ", ").add(orders.get(i).by());
      text.add(" " + orders.get(i).direction());
    }
    frame(w, text);
    return text.add(")").expr(type);
  }

  private static String function(JsonNode w) {
    String kind = w.path("type").asText();
    JsonNode path = w.path("qname").path("path");
    String name =
        kind.equals("WINDOW_AGGREGATE")
            ? path.path(path.size() - 1).asText()
            : kind.replace("WINDOW_", "").toLowerCase(Locale.ROOT);
    if (kind.equals("WINDOW_AGGREGATE")) {
      Call.requireRepeatable(name);
      return name.equals("count_star") ? "count" : name;
    }
    if (!FUNCTIONS.contains(name)) {
      throw new UnknownConstruct(Reason.UNKNOWN_EXPRESSION, kind);
    }
    return name.equals("rank_dense") ? "dense_rank" : name;
  }

  private void frame(JsonNode w, ExpressionReader.Text text) {
    String start = w.path("start").asText();
    String end = w.path("end").asText();
    String exclude = w.path("exclude_clause").asText();
    if (start.equals("UNBOUNDED_PRECEDING")
        && end.equals("CURRENT_ROW_RANGE")
        && exclude.equals("NO_OTHER")) {
      return;
    }
    boolean range = start.endsWith("_RANGE") || end.endsWith("_RANGE");
    boolean rows = start.endsWith("_ROWS") || end.endsWith("_ROWS");
    if ((range && rows) || !exclude.equals("NO_OTHER")) {
      throw new UnknownConstruct(Reason.UNKNOWN_EXPRESSION, "window frame " + start + " " + end);
    }
    text.add(range ? " RANGE BETWEEN " : " ROWS BETWEEN ");
    bound(start, w.path("start_expr"), text);
    text.add(" AND ");
    bound(end, w.path("end_expr"), text);
  }

  private void bound(String bound, JsonNode offset, ExpressionReader.Text text) {
    switch (bound) {
      case "UNBOUNDED_PRECEDING" -> text.add("UNBOUNDED PRECEDING");
      case "UNBOUNDED_FOLLOWING" -> text.add("UNBOUNDED FOLLOWING");
      case "CURRENT_ROW_RANGE", "CURRENT_ROW_ROWS" -> text.add("CURRENT ROW");
      case "EXPR_PRECEDING_ROWS" -> text.add(expressions.read(offset)).add(" PRECEDING");
      case "EXPR_FOLLOWING_ROWS" -> text.add(expressions.read(offset)).add(" FOLLOWING");
      default -> throw new UnknownConstruct(Reason.UNKNOWN_EXPRESSION, "window frame " + bound);
    }
  }
}
