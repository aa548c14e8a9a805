package io.millrace.warehouse.algebra;

import java.util.List;
import java.util.stream.IntStream;

/** Whether columns identify a row, as far as operators show. */
final class Uniqueness {

  private Uniqueness() {}

  static boolean holds(Node node, List<Integer> columns) {
    return switch (node) {
      case Node.Aggregate a -> IntStream.range(0, a.groups().size()).allMatch(columns::contains);
      case Node.Project p -> holds(p.input(), below(p, columns));
      case Node.Filter f -> holds(f.input(), columns);
      case Node.Stored s -> holds(s.input(), columns);
      case Node.Window w -> holds(w.input(), left(w.input(), columns));
      case Node.Top t -> t.limit() <= 1 || holds(t.input(), columns);
      case Node.First f ->
          f.keys().stream().allMatch(k -> columns.contains(k.asColumn().orElse(-1)));
      case Node.Constants c -> c.rows().size() <= 1;
      case Node.Match m -> match(m, columns);
      case Node.Join j ->
          holds(j.left(), left(j.left(), columns)) && holds(j.right(), right(j.left(), columns));
      case Node.Scan _, Node.Union _, Node.Unnest _ -> false;
    };
  }

  private static boolean match(Node.Match m, List<Integer> columns) {
    List<Integer> left = left(m.left(), columns);
    return switch (m.kind()) {
      case SEMI, ANTI, MARK -> holds(m.left(), left);
      case LEFT -> holds(m.left(), left) && holds(m.right(), joined(m));
    };
  }

  private static List<Integer> joined(Node.Match m) {
    return m.on().stream().flatMapToInt(o -> o.right().asColumn().stream()).boxed().toList();
  }

  private static List<Integer> below(Node.Project p, List<Integer> columns) {
    return columns.stream()
        .map(c -> p.outputs().get(c).asColumn())
        .filter(c -> c.isPresent())
        .map(c -> c.getAsInt())
        .toList();
  }

  private static List<Integer> left(Node left, List<Integer> columns) {
    return columns.stream().filter(c -> c < left.types().size()).toList();
  }

  private static List<Integer> right(Node left, List<Integer> columns) {
    int width = left.types().size();
    return columns.stream().filter(c -> c >= width).map(c -> c - width).toList();
  }
}
