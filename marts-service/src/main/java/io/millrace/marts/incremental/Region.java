package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Inner joins, filters and projections as one flat SELECT, so that DuckDB orders the joins. Columns
 * of expressions are those of the legs, one leg after the other.
 */
record Region(List<Node> legs, List<Expr> conditions, List<Expr> outputs) {

  /** The region that ends in a node; any other operator is its only leg. */
  static Region of(Node node) {
    return switch (node) {
      case Node.Project p -> {
        Region below = of(p.input());
        yield new Region(below.legs, below.conditions, over(p.outputs(), below.outputs));
      }
      case Node.Filter f when !f.moves() -> {
        Region below = of(f.input());
        yield new Region(
            below.legs,
            concat(below.conditions, over(f.conditions(), below.outputs)),
            below.outputs);
      }
      case Node.Join j -> join(j);
      case Node.Filter _,
          Node.Scan _,
          Node.Constants _,
          Node.Match _,
          Node.Union _,
          Node.Unnest _,
          Node.Aggregate _,
          Node.Window _,
          Node.First _,
          Node.Top _,
          Node.Stored _ ->
          new Region(List.of(node), List.of(), Expr.columns(node.types()));
    };
  }

  private static Region join(Node.Join j) {
    Region left = of(j.left());
    Region right = of(j.right());
    int width = left.width();
    List<Expr> outputs =
        concat(left.outputs, right.outputs.stream().map(e -> e.shifted(width)).toList());
    List<Expr> conditions =
        concat(left.conditions, right.conditions.stream().map(e -> e.shifted(width)).toList());
    return new Region(
        concat(left.legs, right.legs), concat(conditions, over(j.conditions(), outputs)), outputs);
  }

  /** Whether it is its only leg as it is. */
  boolean isRenamed() {
    return legs.size() == 1
        && conditions.isEmpty()
        && outputs.equals(Expr.columns(legs.getFirst().types()));
  }

  private int width() {
    return legs.stream().mapToInt(leg -> leg.types().size()).sum();
  }

  /** The text of a column of the legs, whose aliases are t0, t1 ... */
  String column(int index) {
    int column = index;
    for (int leg = 0; leg < legs.size(); leg++) {
      int width = legs.get(leg).types().size();
      if (column < width) {
        return "t" + leg + ".c" + column;
      }
      column -= width;
    }
    throw new IllegalArgumentException("no leg has column " + index);
  }

  private static List<Expr> over(List<Expr> expressions, List<Expr> inputs) {
    return expressions.stream().map(e -> e.over(inputs)).toList();
  }

  private static <T> List<T> concat(List<T> left, List<T> right) {
    List<T> all = new ArrayList<>(left.size() + right.size());
    Stream.of(left, right).forEach(all::addAll);
    return all;
  }
}
