package io.millrace.marts.incremental;

import io.millrace.contracts.TableName;
import io.millrace.lake.Sql;
import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Node.On;
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
      case Node.Match m -> match(m);
      case Node.Union u -> union(u);
      case Node.Unnest u ->
          of(u.input()).flatMap(d -> consolidated(u, Rows.unnest(u, d, ", t._w")));
      case Node.Aggregate _, Node.Window _, Node.First _, Node.Top _, Node.Stored _ -> {
        State state = states.of(node);
        yield of(state.input()).flatMap(changes -> state.refresh(rows, changes));
      }
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

  /** One term for each leg that changed: legs before it as they are, legs after it as they were. */
  private Optional<String> region(Node node) {
    Region region = Region.of(node);
    if (region.isRenamed()) {
      return of(region.legs().getFirst());
    }
    if (region.legs().size() == 1 && region.legs().getFirst() instanceof Node.Scan s) {
      return inputs
          .apply(s.table())
          .flatMap(changes -> filtered(node, region, weighed(s, changes)));
    }
    List<Optional<String>> changed = region.legs().stream().map(this::of).toList();
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).isPresent()) {
        terms.add(term(region, i, changed));
      }
    }
    return terms.isEmpty()
        ? Optional.empty()
        : consolidated(node, String.join(" UNION ALL ", terms));
  }

  /** Of a table's changes what passes and is read: consolidated once. */
  private Optional<String> filtered(Node node, Region region, String weighed) {
    return consolidated(node, Rows.region(region, List.of("(" + weighed + ")"), ", t0._w AS _w"));
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
  private String was(Node node) {
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
  private String was(Node node, Keys keys, String now) {
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

  /**
   * A match is linear in its left side. What the right side's changes touch are the left rows of
   * their keys: as they were, matched again with the right rows of these keys, then and now.
   */
  private Optional<String> match(Node.Match m) {
    Matching matching = new Matching(m);
    Optional<String> left = of(m.left());
    Optional<String> right = of(m.right());
    int width = m.types().size();
    List<String> terms = new ArrayList<>();
    left.ifPresent(d -> terms.add(matching.sql(d, rows.from(m.right()), true)));
    right.ifPresent(d -> {
      Sides sides = sides(m, d);
      terms.add(matching.sql(sides.touched(), sides.now(), true));
      terms.add(
          "SELECT %s, -_w AS _w FROM (%s)"
              .formatted(Names.columns(width), matching.sql(sides.touched(), sides.was(), true)));
    });
    // The terms are stored first: DuckDB 2.0 loses all groups of a HAVING over a LEFT JOIN whose
    // right side its statistics prove empty.
    return terms.isEmpty()
        ? Optional.empty()
        : consolidated(m, statements.temporary(String.join(" UNION ALL ", terms)));
  }

  /**
   * What a change of the right side concerns.
   *
   * @param touched left rows as they were, with weights
   * @param now right rows that can match them
   * @param was the same as they were
   */
  private record Sides(String touched, String now, String was) {}

  private Sides sides(Node.Match m, String changes) {
    List<On> on = m.nullAware() ? m.on().stream().filter(On::nullSafe).toList() : m.on();
    if (on.isEmpty()) {
      String left = "(" + was(m.left()) + ")";
      String touched =
          statements.temporary(
              m.nullAware() ? new Matching(m).touchedMarks(left, changes) : "FROM " + left);
      return new Sides(touched, rows.from(m.right()), plain(m.right(), was(m.right())));
    }
    List<Expr> right = on.stream().map(On::right).toList();
    Keys keys =
        Keys.of(
            statements,
            "SELECT DISTINCT %s FROM %s t".formatted(Keys.list(right, "t"), changes),
            right);
    Keys leftKeys = keys.as(on.stream().map(On::left).toList());
    String left =
        "(" + was(m.left(), leftKeys, "(" + rows.restricted(m.left(), leftKeys) + ")") + ")";
    String touched =
        statements.temporary(
            m.nullAware() ? new Matching(m).touchedMarks(left, changes) : "FROM " + left);
    String now = statements.temporary(rows.restricted(m.right(), keys));
    return new Sides(touched, now, plain(m.right(), was(m.right(), keys, now)));
  }

  /** Rows without weights of a query with weights that sum up to counts. */
  private String plain(Node node, String signed) {
    int width = node.types().size();
    return statements.temporary(
        "SELECT %1$s FROM (SELECT %1$s, sum(_w)::BIGINT AS _w FROM (%2$s) GROUP BY %3$s HAVING sum(_w) > 0), range(_w)"
            .formatted(Names.columns(width), signed, Statements.grouping(node.types())));
  }

  private Optional<String> consolidated(Node node, String query) {
    return statements.consolidated(node.types(), query);
  }
}
