package io.millrace.warehouse.algebra;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether a query gives the same when it is run again over the same rows. Ties of an order may fall
 * otherwise the second time, and a sum of floating numbers may differ in its last digits.
 */
public final class Repeats {

  private Repeats() {}

  /** Whether each run gives the same rows, bit for bit. */
  static boolean exactly(Node node) {
    return switch (node) {
      case Node.Top _, Node.Window _, Node.First _ -> false;
      case Node.Aggregate a -> a.calls().stream().allMatch(Call::isExact) && inputsExactly(a);
      case Node.Scan _,
          Node.Constants _,
          Node.Project _,
          Node.Filter _,
          Node.Join _,
          Node.Match _,
          Node.Union _,
          Node.Unnest _,
          Node.Stored _ ->
          inputsExactly(node);
    };
  }

  private static boolean inputsExactly(Node node) {
    return node.inputs().stream().allMatch(Repeats::exactly);
  }

  /**
   * Whether each run gives the same values in these columns, bit for bit, whatever it gives in the
   * others: of groups, what they are grouped by does not depend on what is computed of them.
   */
  public static boolean exactly(Node node, Set<Integer> columns) {
    return switch (node) {
      case Node.Project p ->
          exactly(p.input(), read(columns.stream().map(p.outputs()::get).toList()));
      case Node.Filter f -> exactly(f.input(), columns);
      case Node.Aggregate a when columns.stream().allMatch(c -> c < a.groups().size()) ->
          exactly(a.input(), read(a.groups()));
      case Node.Scan _,
          Node.Constants _,
          Node.Join _,
          Node.Match _,
          Node.Union _,
          Node.Unnest _,
          Node.Aggregate _,
          Node.Window _,
          Node.First _,
          Node.Top _,
          Node.Stored _ ->
          exactly(node);
    };
  }

  private static Set<Integer> read(List<Expr> expressions) {
    return expressions.stream().flatMap(Expr::reads).collect(Collectors.toSet());
  }

  /** Whether each run gives the same rows but for the last digits of floating numbers. */
  public static boolean closely(Node node) {
    return loose(node).isPresent();
  }

  /** The columns that may differ in their last digits; empty if more may differ. */
  private static Optional<Set<Integer>> loose(Node node) {
    if (exactly(node)) {
      return Optional.of(Set.of());
    }
    return switch (node) {
      case Node.Aggregate a -> sums(a);
      case Node.Project p -> loose(p.input()).flatMap(inner -> projected(p.outputs(), inner));
      case Node.Filter f -> loose(f.input()).filter(inner -> readNone(f.conditions(), inner));
      case Node.Join j -> joined(j);
      case Node.Union u -> united(u);
      case Node.Stored s -> loose(s.input());
      case Node.Scan _,
          Node.Constants _,
          Node.Match _,
          Node.Unnest _,
          Node.Window _,
          Node.First _,
          Node.Top _ ->
          Optional.empty();
    };
  }

  private static Optional<Set<Integer>> sums(Node.Aggregate a) {
    if (!inputsExactly(a) || !a.calls().stream().allMatch(Call::isClose)) {
      return Optional.empty();
    }
    return Optional.of(
        IntStream.range(0, a.calls().size())
            .filter(i -> !a.calls().get(i).isExact())
            .mapToObj(i -> a.groups().size() + i)
            .collect(Collectors.toSet()));
  }

  /** What is computed from such a column may differ by more. */
  private static Optional<Set<Integer>> projected(List<Expr> outputs, Set<Integer> inner) {
    Set<Integer> loose = new HashSet<>();
    for (int i = 0; i < outputs.size(); i++) {
      if (!readNone(List.of(outputs.get(i)), inner)) {
        if (outputs.get(i).asColumn().isEmpty()) {
          return Optional.empty();
        }
        loose.add(i);
      }
    }
    return Optional.of(loose);
  }

  private static boolean readNone(List<Expr> expressions, Set<Integer> columns) {
    return expressions.stream().flatMap(Expr::reads).noneMatch(columns::contains);
  }

  private static Optional<Set<Integer>> joined(Node.Join join) {
    Optional<Set<Integer>> left = loose(join.left());
    Optional<Set<Integer>> right = loose(join.right());
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    Set<Integer> loose = new HashSet<>(left.get());
    right.get().forEach(column -> loose.add(column + join.left().types().size()));
    return Optional.of(loose).filter(l -> readNone(join.conditions(), l));
  }

  private static Optional<Set<Integer>> united(Node.Union union) {
    List<Optional<Set<Integer>>> all = new ArrayList<>();
    union.inputs().forEach(input -> all.add(loose(input)));
    return all.stream().allMatch(Optional::isPresent)
        ? Optional.of(
            all.stream().flatMap(l -> l.orElseThrow().stream()).collect(Collectors.toSet()))
        : Optional.empty();
  }
}
