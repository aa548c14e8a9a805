package io.millrace.warehouse.algebra;

import io.millrace.warehouse.algebra.Node.Kind;
import io.millrace.warehouse.algebra.Node.On;
import java.util.ArrayList;
import java.util.List;

/** Makes operators of the joins of a plan. */
final class Joins {

  private Joins() {}

  /**
   * A join of this type.
   *
   * @param rest further conditions over left columns, then right ones
   */
  static Node of(String type, Node left, Node right, List<On> on, List<Expr> rest) {
    return switch (type) {
      case "INNER" -> new Node.Join(left, right, conditions(left, on, rest));
      case "LEFT" -> new Node.Match(Kind.LEFT, left, right, on, rest);
      case "SEMI" -> Narrowing.match(Kind.SEMI, left, right, on, rest);
      case "ANTI" -> Narrowing.match(Kind.ANTI, left, right, on, rest);
      case "MARK" -> mark(left, right, on, rest);
      case "SINGLE" -> single(left, right, on, rest);
      case "RIGHT" -> right(left, right, on, rest);
      case "FULL", "OUTER" -> full(left, right, on, rest);
      default -> throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, type + " JOIN");
    };
  }

  private static List<Expr> conditions(Node left, List<On> on, List<Expr> rest) {
    List<Expr> all = new ArrayList<>();
    for (On o : on) {
      all.add(
          ExpressionReader.comparison(
              o.left(),
              o.nullSafe() ? "COMPARE_NOT_DISTINCT_FROM" : "COMPARE_EQUAL",
              o.right().shifted(left.types().size())));
    }
    all.addAll(rest);
    return all;
  }

  /** At most one equality may be that of an IN; the others correlate. */
  private static Node mark(Node left, Node right, List<On> on, List<Expr> rest) {
    if (on.stream().filter(o -> !o.nullSafe()).count() > 1) {
      throw new UnknownConstruct(Reason.UNKNOWN_OPERATOR, "MARK JOIN");
    }
    return Narrowing.match(Kind.MARK, left, right, on, rest);
  }

  /** A scalar subquery: a left join, if it has one row at most for each left row. */
  private static Node single(Node left, Node right, List<On> on, List<Expr> rest) {
    List<Integer> columns =
        on.stream().flatMapToInt(o -> o.right().asColumn().stream()).boxed().toList();
    if (!Uniqueness.holds(right, columns)) {
      throw new UnknownConstruct(Reason.SUBQUERY_NOT_UNIQUE, "scalar subquery");
    }
    return new Node.Match(Kind.LEFT, left, right, on, rest);
  }

  private static Node right(Node left, Node right, List<On> on, List<Expr> rest) {
    Node flipped =
        new Node.Match(
            Kind.LEFT, /* left= */ right, /* right= */ left, flip(on), flip(rest, left, right));
    List<Expr> columns = new ArrayList<>();
    int width = right.types().size();
    for (int i = 0; i < left.types().size(); i++) {
      columns.add(Expr.column(width + i, left.types().get(i)));
    }
    columns.addAll(Expr.columns(right.types()));
    return new Node.Project(flipped, columns);
  }

  /** All left rows with their matches, and the right rows that have none. */
  private static Node full(Node left, Node right, List<On> on, List<Expr> rest) {
    Node matched = new Node.Match(Kind.LEFT, left, right, on, rest);
    Node unmatched =
        new Node.Match(
            Kind.ANTI, /* left= */ right, /* right= */ left, flip(on), flip(rest, left, right));
    List<Expr> columns = new ArrayList<>();
    left.types().forEach(t -> columns.add(Expr.constant("CAST(NULL AS " + t + ")", t)));
    columns.addAll(Expr.columns(right.types()));
    return new Node.Union(List.of(matched, new Node.Project(unmatched, columns)), matched.types());
  }

  private static List<On> flip(List<On> on) {
    return on.stream().map(o -> new On(o.right(), o.left(), o.nullSafe())).toList();
  }

  private static List<Expr> flip(List<Expr> rest, Node left, Node right) {
    List<Expr> moved = new ArrayList<>();
    for (int i = 0; i < left.types().size(); i++) {
      moved.add(Expr.column(right.types().size() + i, left.types().get(i)));
    }
    moved.addAll(Expr.columns(right.types()));
    return rest.stream().map(e -> e.over(moved)).toList();
  }
}
