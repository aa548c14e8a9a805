package io.millrace.warehouse.algebra;

import java.util.List;
import java.util.stream.Stream;

/** Lets a query ask for the time in its filters only: there, time moves rows in and out. */
record TimeUse(Node root) {

  void check() {
    for (Node node : root.all()) {
      if (!(node instanceof Node.Filter) && expressions(node).stream().anyMatch(Expr::usesNow)) {
        throw new UnknownConstruct(Reason.NOW_OUTSIDE_FILTER, "now()");
      }
    }
  }

  private static List<Expr> expressions(Node node) {
    return switch (node) {
      case Node.Project p -> p.outputs();
      case Node.Filter f -> f.conditions();
      case Node.Join j -> j.conditions();
      case Node.Match m ->
          Stream.concat(
                  m.on().stream().flatMap(o -> Stream.of(o.left(), o.right())), m.rest().stream())
              .toList();
      case Node.Unnest u -> u.lists();
      case Node.Aggregate a ->
          Stream.concat(
                  a.groups().stream(), a.calls().stream().flatMap(c -> c.expressions().stream()))
              .toList();
      case Node.Window w -> Stream.concat(w.partition().stream(), w.windows().stream()).toList();
      case Node.First f ->
          Stream.concat(f.keys().stream(), f.orders().stream().map(Order::by)).toList();
      case Node.Top t -> t.orders().stream().map(Order::by).toList();
      case Node.Constants c -> c.rows().stream().flatMap(List::stream).toList();
      case Node.Scan _, Node.Union _, Node.Stored _ -> List.of();
    };
  }
}
