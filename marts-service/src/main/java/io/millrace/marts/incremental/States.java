package io.millrace.marts.incremental;

import io.millrace.lake.Sql;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Strategy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The state of each operator that has some, inputs before those that read them. */
final class States {
  private final Map<Node, State> states = new LinkedHashMap<>();
  private final Map<Node, MatchCounts> counts = new LinkedHashMap<>();

  /**
   * The states of a tree, whose tables are not made yet.
   *
   * @param prefix begins the tables' names
   * @param aggregates DELTA keeps by algebra what can be, KEYS computes touched groups again
   */
  States(Node root, String prefix, Strategy aggregates, Statements statements) {
    for (Node node : root.all()) {
      String table = Sql.name(prefix + (states.size() + counts.size()));
      switch (node) {
        case Node.Aggregate a ->
            states.put(
                a,
                a.exact() && aggregates == Strategy.DELTA
                    ? new AggregateState(a, table, statements)
                    : new KeyedState(a, table, statements));
        case Node.Window _, Node.First _, Node.Top _ ->
            states.put(node, new KeyedState(node, table, statements));
        case Node.Stored s -> states.put(s, new StoredState(s, table, statements));
        case Node.Match m -> {
          if (MatchCounts.tell(m)) {
            counts.put(m, new MatchCounts(m, table, statements));
          }
        }
        case Node.Scan _,
            Node.Constants _,
            Node.Project _,
            Node.Filter _,
            Node.Join _,
            Node.Union _,
            Node.Unnest _ -> {}
      }
    }
  }

  State of(Node node) {
    return Objects.requireNonNull(states.get(node));
  }

  /** How many right rows a match has by key, where that is kept. */
  Optional<MatchCounts> counts(Node.Match match) {
    return Optional.ofNullable(counts.get(match));
  }

  /** The tables' names, as SQL text. */
  List<String> tables() {
    return Stream.concat(
            states.values().stream().map(State::table),
            counts.values().stream().map(MatchCounts::table))
        .toList();
  }

  void build(Rows rows) {
    states.values().forEach(state -> state.build(rows));
    counts.values().forEach(count -> count.build(rows));
  }
}
