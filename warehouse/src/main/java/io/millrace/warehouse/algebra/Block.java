package io.millrace.warehouse.algebra;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A part of a query that is kept as one: what changes of its inputs become in one way. The tree of
 * a query's blocks is what {@code explain} prints.
 *
 * @param what its operators, for people
 * @param inputs the blocks it reads
 */
public record Block(String what, Strategy strategy, Reason reason, List<Block> inputs) {

  public Block {
    inputs = List.copyOf(inputs);
  }

  /** The blocks of a tree of operators, the topmost first. */
  public static Block of(Node node) {
    return switch (node) {
      case Node.Aggregate a -> aggregate(a);
      case Node.Window w ->
          w.partition().isEmpty()
              ? block("window", Strategy.FULL, Reason.WINDOW_WITHOUT_PARTITION, w)
              : block(
                  "window by " + w.partition().size() + " columns",
                  Strategy.KEYS,
                  Reason.WINDOW_BY_PARTITION,
                  w);
      case Node.First f -> block("distinct on", Strategy.KEYS, Reason.DISTINCT_ON_BY_KEY, f);
      case Node.Top t -> block("top " + t.limit(), Strategy.DELTA, Reason.TOP_OVER_STATE, t);
      case Node.Stored s -> block("stored", Strategy.DELTA, Reason.ALGEBRA, s);
      case Node.Scan _,
          Node.Constants _,
          Node.Project _,
          Node.Filter _,
          Node.Join _,
          Node.Match _,
          Node.Union _,
          Node.Unnest _ ->
          stateless(node);
    };
  }

  private static Block aggregate(Node.Aggregate a) {
    String what =
        a.calls().isEmpty()
            ? "distinct"
            : "aggregate " + String.join(", ", a.calls().stream().map(Call::function).toList());
    if (a.exact()) {
      return block(what, Strategy.DELTA, Reason.ALGEBRA, a);
    }
    return a.groups().isEmpty()
        ? block(what, Strategy.FULL, Reason.TOTAL_CANNOT_BE_UNDONE, a)
        : block(what, Strategy.KEYS, Reason.AGGREGATE_BY_GROUP, a);
  }

  private static Block block(String what, Strategy strategy, Reason reason, Node node) {
    return new Block(what, strategy, reason, node.inputs().stream().map(Block::of).toList());
  }

  /** All operators down to the next that has state are one block. */
  private static Block stateless(Node node) {
    List<String> operators = new ArrayList<>();
    List<Block> inputs = new ArrayList<>();
    collect(node, operators, inputs);
    return new Block(
        operators.isEmpty() ? "rows" : String.join(", ", operators),
        Strategy.DELTA,
        Reason.ALGEBRA,
        inputs);
  }

  private static void collect(Node node, List<String> operators, List<Block> inputs) {
    switch (node) {
      case Node.Aggregate _, Node.Window _, Node.First _, Node.Top _, Node.Stored _ ->
          inputs.add(of(node));
      case Node.Scan s -> operators.add("scan " + s.table());
      case Node.Constants _ -> operators.add("constants");
      case Node.Project _ -> {}
      case Node.Filter f -> operators.add(f.moves() ? "filter by time" : "filter");
      case Node.Join _ -> operators.add("join");
      case Node.Match m -> operators.add(m.kind().name().toLowerCase(Locale.ROOT));
      case Node.Union _ -> operators.add("union all");
      case Node.Unnest _ -> operators.add("unnest");
    }
    if (!hasState(node)) {
      node.inputs().forEach(input -> collect(input, operators, inputs));
    }
  }

  private static boolean hasState(Node node) {
    return node instanceof Node.Aggregate
        || node instanceof Node.Window
        || node instanceof Node.First
        || node instanceof Node.Top
        || node instanceof Node.Stored;
  }

  /** The blocks of a query as lines, inputs indented; one line where they are not known. */
  public static List<String> lines(Algebra algebra) {
    return switch (algebra) {
      case Algebra.Known(Node root) -> of(root).lines();
      case Algebra.Unknown(Reason reason, String construct) ->
          List.of("FULL query (" + reason + ": " + construct + ", " + reason.text() + ")");
    };
  }

  /** It and all below it, itself first. */
  public Stream<Block> all() {
    return Stream.concat(Stream.of(this), inputs.stream().flatMap(Block::all));
  }

  /** The first block that has to be computed as a whole, if any. */
  public Optional<Block> whole() {
    return all().filter(b -> b.strategy() == Strategy.FULL).findFirst();
  }

  /** The tree as lines, inputs indented. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(strategy + " " + what + " (" + reason + ": " + reason.text() + ")");
    inputs.forEach(input -> input.lines().forEach(line -> lines.add("  " + line)));
    return lines;
  }
}
