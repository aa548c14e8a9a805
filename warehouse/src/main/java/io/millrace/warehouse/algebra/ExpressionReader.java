package io.millrace.warehouse.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.warehouse.algebra.Expr.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the expressions of a bound plan; anything not positively recognised ends the reading. */
final class ExpressionReader {
  List<Expr> all(JsonNode expressions) {
    List<Expr> all = new ArrayList<>();
    expressions.forEach(e -> all.add(read(e)));
    return all;
  }

  Expr read(JsonNode e) {
    String type = e.path("type").asText();
    return switch (e.path("expression_class").asText()) {
      case "BOUND_REF" -> Expr.column(e.path("index").asInt(), Types.sql(e.path("return_type")));
      case "BOUND_CONSTANT" -> Literals.read(e.path("value"));
      case "BOUND_FUNCTION" ->
          switch (type) {
            case "OPERATOR_CAST" -> cast(e);
            case "COMPARE_BETWEEN" -> between(e);
            default -> function(e);
          };
      case "BOUND_OPERATOR" -> operator(e, type);
      case "BOUND_CONJUNCTION" ->
          new Text()
              .joined(all(e.path("children")), type.equals("CONJUNCTION_OR") ? " OR " : " AND ")
              .expr("BOOLEAN");
      case "BOUND_CASE" -> cases(e);
      default -> throw unknown(e);
    };
  }

  private Expr cast(JsonNode e) {
    String type = Types.sql(e.path("return_type"));
    boolean may = e.path("function_data").path("try_cast").asBoolean();
    return new Text()
        .add(may ? "TRY_CAST(" : "CAST(")
        .add(read(e.path("children").path(0)))
        .add(" AS " + type + ")")
        .expr(type);
  }

  /**
   * What is compared with both bounds is a call of the present here, else DuckDB has resolved it.
   */
  private Expr between(JsonNode e) {
    JsonNode bounds = e.path("function_data");
    if (!bounds.path("lower_inclusive").asBoolean()
        || !bounds.path("upper_inclusive").asBoolean()) {
      throw unknown(e);
    }
    List<Expr> values = all(e.path("children"));
    return new Text()
        .add("(")
        .add(values.getFirst())
        .add(" BETWEEN ")
        .add(values.get(1))
        .add(" AND ")
        .add(values.getLast())
        .add(")")
        .expr("BOOLEAN");
  }

  private Expr function(JsonNode e) {
    JsonNode path = e.path("qname").path("path");
    String name = path.path(path.size() - 1).asText();
    String type = Types.sql(e.path("return_type"));
    if (e.path("function_data").toString().toLowerCase(Locale.ROOT).contains("lambda")) {
      throw unknown(e);
    }
    Optional<Expr> present = Present.of(e, name, type);
    if (present.isPresent()) {
      return present.get();
    }
    List<Expr> arguments = all(e.path("children"));
    Text text = new Text();
    // The same operator over the same arguments may be bound to a wider decimal the second time.
    boolean decimal = type.startsWith("DECIMAL") && !name.matches("[a-z_0-9]+");
    text.add(decimal ? "CAST(" : "");
    if (name.matches("[a-z_0-9]+")) {
      text.add('"' + name + "\"(").list(arguments).add(")");
    } else if (arguments.size() == 2) {
      text.joined(arguments, " " + name + " ");
    } else if (arguments.size() == 1 && name.equals("-")) {
      text.add("(-").add(arguments.getFirst()).add(")");
    } else {
      throw unknown(e);
    }
    return text.add(decimal ? " AS " + type + ")" : "").expr(type);
  }

  private Expr operator(JsonNode e, String kind) {
    List<Expr> children = all(e.path("children"));
    Text text = new Text();
    switch (kind) {
      case "OPERATOR_NOT" -> text.add("(NOT ").add(children.getFirst()).add(")");
      case "OPERATOR_IS_NULL" -> text.add("(").add(children.getFirst()).add(" IS NULL)");
      case "OPERATOR_IS_NOT_NULL" -> text.add("(").add(children.getFirst()).add(" IS NOT NULL)");
      case "OPERATOR_COALESCE" -> text.add("coalesce(").list(children).add(")");
      case "OPERATOR_NULLIF" -> text.add("nullif(").list(children).add(")");
      case "COMPARE_IN", "COMPARE_NOT_IN" ->
          text.add("(")
              .add(children.getFirst())
              .add(kind.equals("COMPARE_IN") ? " IN (" : " NOT IN (")
              .list(children.subList(1, children.size()))
              .add("))");
      default -> throw unknown(e);
    }
    return text.expr(Types.sql(e.path("return_type")));
  }

  private Expr cases(JsonNode e) {
    Text text = new Text().add("CASE");
    for (JsonNode check : e.path("case_checks")) {
      text.add(" WHEN ").add(read(check.path("when_expr")));
      text.add(" THEN ").add(read(check.path("then_expr")));
    }
    return text.add(" ELSE ")
        .add(read(e.path("else_expr")))
        .add(" END")
        .expr(Types.sql(e.path("return_type")));
  }

  /** A comparison of a join condition, over left columns, then right ones. */
  static Expr comparison(Expr left, String comparison, Expr right) {
    String operator =
        switch (comparison) {
          case "COMPARE_EQUAL" -> "=";
          case "COMPARE_NOTEQUAL" -> "<>";
          case "COMPARE_LESSTHAN" -> "<";
          case "COMPARE_GREATERTHAN" -> ">";
          case "COMPARE_LESSTHANOREQUALTO" -> "<=";
          case "COMPARE_GREATERTHANOREQUALTO" -> ">=";
          case "COMPARE_NOT_DISTINCT_FROM" -> "IS NOT DISTINCT FROM";
          case "COMPARE_DISTINCT_FROM" -> "IS DISTINCT FROM";
          default -> throw new UnknownConstruct(Reason.UNKNOWN_EXPRESSION, comparison);
        };
    return new Text().joined(List.of(left, right), " " + operator + " ").expr("BOOLEAN");
  }

  Call call(JsonNode e) {
    JsonNode path = e.path("qname").path("path");
    if (!e.path("expression_class").asText().equals("BOUND_AGGREGATE")) {
      throw unknown(e);
    }
    Call call =
        new Call(
            path.path(path.size() - 1).asText(),
            all(e.path("children")),
            e.path("filter").isObject() ? Optional.of(read(e.path("filter"))) : Optional.empty(),
            e.path("aggregate_type").asText().equals("DISTINCT"),
            orders(e.path("order_bys").path("orders")),
            Types.sql(e.path("return_type")));
    call.requireRepeatable();
    return call;
  }

  List<Order> orders(JsonNode orders) {
    List<Order> all = new ArrayList<>();
    for (JsonNode order : orders) {
      String direction = order.path("type").asText().equals("DESCENDING") ? "DESC " : "ASC ";
      String nulls = order.path("null_order").asText();
      all.add(
          new Order(
              read(order.path("expression")),
              direction + (nulls.endsWith("FIRST") ? "NULLS FIRST" : "NULLS LAST")));
    }
    return all;
  }

  private static UnknownConstruct unknown(JsonNode e) {
    JsonNode path = e.path("qname").path("path");
    String name = path.path(path.size() - 1).asText();
    return new UnknownConstruct(
        Reason.UNKNOWN_EXPRESSION, name.isEmpty() ? e.path("type").asText() : name);
  }

  /** Gathers the pieces of an expression. */
  static final class Text {
    private final List<Piece> pieces = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    Text add(String sql) {
      text.append(sql);
      return this;
    }

    Text add(Expr expression) {
      flush();
      pieces.addAll(expression.pieces());
      return this;
    }

    Text list(List<Expr> expressions) {
      for (int i = 0; i < expressions.size(); i++) {
        add(i == 0 ? "" : ", ").add(expressions.get(i));
      }
      return this;
    }

    /** In parentheses, with an operator between them. */
    Text joined(List<Expr> expressions, String operator) {
      add("(");
      for (int i = 0; i < expressions.size(); i++) {
        add(i == 0 ? "" : operator).add(expressions.get(i));
      }
      return add(")");
    }

    Expr expr(String type) {
      flush();
      return new Expr(pieces, type);
    }

    private void flush() {
      if (!text.isEmpty()) {
        pieces.add(new Piece.Text(text.toString()));
        text.setLength(0);
      }
    }
  }
}
