package io.millrace.marts.incremental;

import io.millrace.contracts.TableName;
import io.millrace.lake.Sql;
import io.millrace.warehouse.algebra.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How operators' rows changed in one refresh: from the changes of the inputs, upwards, once for
 * each operator. Rows as they were are the rows as they are and the changes taken back, which is
 * exact for bags of any multiplicity.
 *
 * @param inputs for each table that changed, a relation of its changes: its columns and {@code
 *     _weight}
 * @param before what the present meant at the last refresh
 */
record Changes(
    Statements statements,
    States states,
    Rows rows,
    Function<TableName, Optional<String>> inputs,
    Instant before,
    Map<Node, Optional<String>> known) {

  Changes(
      Statements statements,
      States states,
      Rows rows,
      Function<TableName, Optional<String>> inputs,
      Instant before) {
    this(statements, states, rows, inputs, before, new HashMap<>());
  }

  /** The name of a Z-set, c0, c1 ... and {@code _w}, consolidated; empty if nothing changed. */
  Optional<String> of(Node node) {
    Optional<String> done = known.get(node);
    if (done == null) {
      done = compute(node);
      known.put(node, done);
    }
    return done;
  }

  private Optional<String> compute(Node node) {
    return switch (node) {
      case Node.Scan s -> scan(s);
      case Node.Constants _ -> Optional.empty();
      case Node.Project _, Node.Join _ -> region(node);
      case Node.Filter f -> f.moves() ? moving(f) : region(f);
      case Node.Match m -> new MatchChanges(this, m).compute();
      case Node.Union u -> union(u);
      case Node.Unnest u ->
          of(u.input()).flatMap(d -> consolidated(u, Rows.unnest(u, d, ", t._w")));
      case Node.Aggregate _, Node.Window _, Node.First _, Node.Top _, Node.Stored _ -> {
        State state = states.of(node);
        yield (state.addsUp() ? unconsolidated(state.input()) : of(state.input()))
            .flatMap(changes -> state.refresh(rows, changes));
      }
    };
  }

  /** As {@link #of}, but to be read once only, and rows that cancel each other may stand in it. */
  private Optional<String> unconsolidated(Node node) {
    if (known.containsKey(node)) {
      return of(node);
    }
    return switch (node) {
      case Node.Project _, Node.Join _ -> terms(node).map(query -> "(" + query + ")");
      case Node.Filter f when !f.moves() -> terms(f).map(query -> "(" + query + ")");
      case Node.Scan s -> inputs.apply(s.table()).map(c -> "(" + weighed(s, c) + ")");
      case Node.Filter _,
          Node.Constants _,
          Node.Match _,
          Node.Union _,
          Node.Unnest _,
          Node.Aggregate _,
          Node.Window _,
          Node.First _,
          Node.Top _,
          Node.Stored _ ->
          of(node);
    };
  }

  private Optional<String> scan(Node.Scan s) {
    return inputs.apply(s.table()).flatMap(changes -> consolidated(s, weighed(s, changes)));
  }

  /** A query of a table's changes, not consolidated. */
  private static String weighed(Node.Scan s, String changes) {
    return "SELECT %s, _weight AS _w FROM %s"
        .formatted(
            Names.list(
                Names.each(s.columns().size(), i -> Sql.name(s.columns().get(i)) + " AS c" + i)),
            changes);
  }

  private Optional<String> region(Node node) {
    Region region = Region.of(node);
    return region.isRenamed()
        ? of(region.legs().getFirst())
        : terms(node).flatMap(query -> consolidated(node, query));
  }

  /**
   * A query of a region's changes, not consolidated: one term for each leg that changed, legs
   * before it as they are, legs after it as they were.
   */
  private Optional<String> terms(Node node) {
    Region region = Region.of(node);
    if (region.legs().size() == 1 && region.legs().getFirst() instanceof Node.Scan s) {
      return inputs
          .apply(s.table())
          .map(c -> Rows.region(region, List.of("(" + weighed(s, c) + ")"), ", t0._w AS _w"));
    }
    List<Optional<String>> changed = region.legs().stream().map(this::of).toList();
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).isPresent()) {
        terms.add(term(region, i, changed));
      }
    }
    return terms.isEmpty() ? Optional.empty() : Optional.of(String.join(" UNION ALL ", terms));
  }

  private String term(Region region, int i, List<Optional<String>> changed) {
    List<String> legs = new ArrayList<>();
    StringBuilder weight = new StringBuilder(", t" + i + "._w");
    for (int j = 0; j < changed.size(); j++) {
      Node leg = region.legs().get(j);
      if (j == i) {
        legs.add(changed.get(j).orElseThrow());
      } else if (j < i || changed.get(j).isEmpty()) {
        legs.add(rows.from(leg));
      } else {
        legs.add("(" + was(leg) + ")");
        weight.append(" * t").append(j).append("._w");
      }
    }
    return Rows.region(region, legs, weight + " AS _w");
  }

  /** A query of the rows as they were, with weights. */
  String was(Node node) {
    int width = node.types().size();
    String now = "SELECT %s, 1 AS _w FROM %s".formatted(Names.columns(width), rows.from(node));
    return of(node)
        .map(d -> now + " UNION ALL SELECT %s, -_w FROM %s".formatted(Names.columns(width), d))
        .orElse(now);
  }

  /**
   * As {@link #was}, of the rows with one of the keys.
   *
   * @param now those rows as they are, to stand in FROM
   */
  String was(Node node, Keys keys, String now) {
    int width = node.types().size();
    String weighed = "SELECT %s, 1 AS _w FROM %s".formatted(Names.columns(width), now);
    return of(node)
        .map(d -> weighed + " UNION ALL " + Rows.restricted(d, width, keys, ", -t._w"))
        .orElse(weighed);
  }

  private Optional<String> union(Node.Union u) {
    List<String> terms = new ArrayList<>();
    for (Node input : u.inputs()) {
      of(input)
          .ifPresent(d ->
              terms.add("SELECT %s, _w FROM %s".formatted(Names.columns(u.types().size()), d)));
    }
    return terms.isEmpty() ? Optional.empty() : consolidated(u, String.join(" UNION ALL ", terms));
  }

  /** New rows that pass now, and old rows that time let in or out. */
  private Optional<String> moving(Node.Filter f) {
    String columns = Names.columns("t", f.types().size());
    String passes = Rows.condition(f, "t", rows.now());
    String passed = Rows.condition(f, "t", before);
    List<String> terms = new ArrayList<>();
    of(f.input())
        .ifPresent(
            d -> terms.add("SELECT %s, t._w FROM %s t WHERE %s".formatted(columns, d, passes)));
    if (!before.equals(rows.now())) {
      terms.add(
          "SELECT %1$s, CASE WHEN %2$s THEN t._w ELSE -t._w END AS _w FROM (%4$s) t WHERE coalesce(%2$s, false) <> coalesce(%3$s, false)"
              .formatted(columns, "(" + passes + ")", "(" + passed + ")", was(f.input())));
    }
    return terms.isEmpty() ? Optional.empty() : consolidated(f, String.join(" UNION ALL ", terms));
  }

  Optional<String> consolidated(Node node, String query) {
    return statements.consolidated(node.types(), query);
  }
}
