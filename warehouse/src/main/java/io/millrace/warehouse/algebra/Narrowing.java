package io.millrace.warehouse.algebra;

import io.millrace.warehouse.algebra.Node.Kind;
import io.millrace.warehouse.algebra.Node.On;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Leaves columns out that nobody reads: of {@code EXISTS (SELECT * ...)} only what the match
 * compares is of interest, and what is not read need not be kept by changes either.
 */
final class Narrowing {

  private Narrowing() {}

  /** A match that adds no right columns, its right side without those that it does not compare. */
  static Node match(Kind kind, Node left, Node right, List<On> on, List<Expr> rest) {
    int width = left.types().size();
    List<Integer> read =
        needed(
            right,
            Stream.concat(
                on.stream().flatMap(o -> o.right().reads()),
                rest.stream().flatMap(Expr::reads).filter(c -> c >= width).map(c -> c - width)));
    List<Expr> places = places(right, read);
    List<Expr> both = new ArrayList<>(Expr.columns(left.types()));
    places.forEach(e -> both.add(e.shifted(width)));
    return new Node.Match(
        kind,
        left,
        columns(right, read),
        on.stream().map(o -> new On(o.left(), o.right().over(places), o.nullSafe())).toList(),
        rest.stream().map(e -> e.over(both)).toList());
  }

  /** The node with these columns only, in this order. */
  private static Node columns(Node node, List<Integer> read) {
    return switch (node) {
      case Node.Scan s ->
          new Node.Scan(
              s.table(),
              read.stream().map(s.columns()::get).toList(),
              read.stream().map(s.types()::get).toList());
      case Node.Project p -> {
        List<Expr> outputs = read.stream().map(p.outputs()::get).toList();
        List<Integer> all = needed(p.input(), outputs.stream().flatMap(Expr::reads));
        List<Expr> places = places(p.input(), all);
        yield new Node.Project(
            columns(p.input(), all), outputs.stream().map(e -> e.over(places)).toList());
      }
      case Node.Filter f -> {
        List<Integer> all =
            needed(
                f.input(),
                Stream.concat(read.stream(), f.conditions().stream().flatMap(Expr::reads)));
        List<Expr> places = places(f.input(), all);
        Node filter =
            new Node.Filter(
                columns(f.input(), all), f.conditions().stream().map(c -> c.over(places)).toList());
        yield read.equals(all)
            ? filter
            : new Node.Project(filter, read.stream().map(places::get).toList());
      }
      case Node.Constants _,
          Node.Join _,
          Node.Match _,
          Node.Union _,
          Node.Unnest _,
          Node.Aggregate _,
          Node.Window _,
          Node.First _,
          Node.Top _,
          Node.Stored _ ->
          read.equals(IntStream.range(0, node.types().size()).boxed().toList())
              ? node
              : new Node.Project(
                  node, read.stream().map(i -> Expr.column(i, node.types().get(i))).toList());
    };
  }

  /** Columns in their order, each once; where none is read the first, for rows must be counted. */
  private static List<Integer> needed(Node node, Stream<Integer> reads) {
    List<Integer> needed = reads.distinct().sorted().toList();
    return needed.isEmpty() && !node.types().isEmpty() ? List.of(0) : needed;
  }

  /** For each column of a node where it is among those read. */
  private static List<Expr> places(Node node, List<Integer> read) {
    List<Expr> places = new ArrayList<>();
    for (int i = 0; i < node.types().size(); i++) {
      places.add(Expr.column(Math.max(0, read.indexOf(i)), node.types().get(i)));
    }
    return places;
  }
}
