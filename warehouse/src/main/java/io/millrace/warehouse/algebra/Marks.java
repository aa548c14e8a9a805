package io.millrace.warehouse.algebra;

import io.millrace.warehouse.algebra.Node.Kind;
import io.millrace.warehouse.algebra.Node.Match;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a filter by a mark into the plain question that it asks: EXISTS and IN into a semi join,
 * NOT EXISTS into an anti join. NOT IN keeps its mark, for its NULLs.
 */
final class Marks {

  private Marks() {}

  /**
   * The filter, with the mark that its input adds resolved if it can be. Conditions on left rows go
   * to the left side: DuckDB's plan has them above, with a cross product below.
   */
  static Node resolve(Node input, List<Expr> conditions) {
    if (!(input instanceof Match above)) {
      return new Node.Filter(input, conditions);
    }
    int width = above.left().types().size();
    List<Expr> early = conditions.stream().filter(c -> c.within(width)).toList();
    List<Expr> late = conditions.stream().filter(c -> !c.within(width)).toList();
    Match match =
        early.isEmpty()
            ? above
            : new Match(
                above.kind(),
                resolve(above.left(), early),
                above.right(),
                above.on(),
                above.rest());
    if (late.isEmpty()) {
      return match;
    }
    if (match.kind() != Kind.MARK) {
      return new Node.Filter(match, late);
    }
    return marked(match, late);
  }

  private static Node marked(Match match, List<Expr> conditions) {
    Expr mark = Expr.column(match.left().types().size(), "BOOLEAN");
    Expr not = new ExpressionReader.Text().add("(NOT ").add(mark).add(")").expr("BOOLEAN");
    List<Expr> rest = new ArrayList<>(conditions);
    if (rest.remove(mark)) {
      return replaced(match, Kind.SEMI, "true", rest);
    }
    if (!match.nullAware() && rest.remove(not)) {
      return replaced(match, Kind.ANTI, "false", rest);
    }
    return new Node.Filter(match, conditions);
  }

  private static Node replaced(Match match, Kind kind, String mark, List<Expr> rest) {
    List<Expr> columns = new ArrayList<>(Expr.columns(match.left().types()));
    columns.add(Expr.constant(mark, "BOOLEAN"));
    Node plain = new Match(kind, match.left(), match.right(), match.on(), match.rest());
    Node marked = new Node.Project(plain, columns);
    return rest.isEmpty() ? marked : new Node.Filter(marked, rest);
  }
}
