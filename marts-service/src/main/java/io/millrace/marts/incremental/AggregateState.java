package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Call;
import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Groups with their number of rows n and what their aggregates are computed from. Changes are
 * added; only where a minimum or maximum went are a group's rows read again. Without groups there
 * is one row always.
 */
record AggregateState(Node.Aggregate node, String table, Statements statements) implements State {

  @Override
  public Node input() {
    return node.input();
  }

  @Override
  public String rows() {
    return "SELECT %s FROM %s".formatted(output(), table);
  }

  @Override
  public void build(Rows rows) {
    statements.run("CREATE OR REPLACE TABLE %s AS %s".formatted(table, whole(rows.from(input()))));
  }

  /** An extreme needs to know what really came and went. */
  @Override
  public boolean addsUp() {
    return node.calls().stream().noneMatch(c -> c.exactness() == Call.Exactness.EXTREME);
  }

  @Override
  public Optional<String> refresh(Rows rows, String changes) {
    Optional<String> moved = statements.temporaryUnlessEmpty(change(changes));
    if (moved.isEmpty()) {
      return moved;
    }
    String change = moved.get();
    String same = same(change);
    String both = statements.temporary(both(change, same));
    String after = after(rows, both);
    Inconsistent.unless(!statements.any(after, "n < 0"), table);
    String live = groups() == 0 ? "" : " WHERE n > 0";
    Optional<String> delta =
        statements.consolidated(
            node.types(),
            "SELECT %1$s, 1 AS _w FROM %2$s%3$s UNION ALL SELECT %1$s, -1 AS _w FROM %4$s"
                .formatted(output(), after, live, before(both)));
    statements.run("DELETE FROM %s s USING %s d WHERE %s".formatted(table, change, same));
    statements.run("INSERT INTO %s SELECT %s FROM %s%s".formatted(table, columns(), after, live));
    return delta;
  }

  /** The touched groups as they are after the change and, where they were there, before it. */
  private String both(String change, String same) {
    List<String> lost = each(c -> c.lost().stream().toList());
    List<String> items = new ArrayList<>();
    for (int i = 0; i < groups(); i++) {
      items.add("d.k" + i);
    }
    items.add("(coalesce(s.n, 0) + d.n)::BIGINT AS n");
    items.addAll(each(Column::after));
    items.add((lost.isEmpty() ? "false" : String.join(" OR ", lost)) + " AS lost");
    state().forEach(c -> items.add("s.%1$s AS was_%1$s".formatted(c)));
    return "SELECT %s FROM %s d LEFT JOIN %s s ON %s"
        .formatted(String.join(", ", items), change, table, same);
  }

  /** Of {@link #both}, the state as it was. */
  private String before(String both) {
    return "(SELECT %s FROM %s WHERE was_n IS NOT NULL)"
        .formatted(
            state().stream().map("was_%1$s AS %1$s"::formatted).collect(Collectors.joining(", ")),
            both);
  }

  /** Of {@link #both}, the state as it is now, in which a group that went has no rows. */
  private String after(Rows rows, String both) {
    // A group that is gone needs no extreme; the row without groups stays.
    String recomputed = groups() == 0 ? "lost" : "lost AND n > 0";
    return !addsUp() && statements.any(both, recomputed) ? again(rows, both) : both;
  }

  /** Computes the groups whose extreme went from their rows. */
  private String again(Rows rows, String after) {
    if (groups() == 0) {
      return statements.temporary(whole(rows.from(input())));
    }
    Keys keys =
        Keys.of(
            statements,
            "SELECT %s FROM %s WHERE lost AND n > 0"
                .formatted(Names.each(groups(), i -> "k" + i), after),
            node.groups());
    return statements.temporary(
        "SELECT %s FROM %s WHERE NOT (lost AND n > 0) UNION ALL %s"
            .formatted(columns(), after, whole("(" + rows.restricted(input(), keys) + ")")));
  }

  /** State computed from a relation. */
  private String whole(String from) {
    List<String> items = new ArrayList<>(keys());
    items.add("count(*) AS n");
    items.addAll(each(c -> c.whole("t")));
    return "SELECT %s FROM %s t%s".formatted(String.join(", ", items), from, grouping());
  }

  /** Changes of state, where there are any. */
  private String change(String changes) {
    List<String> items = new ArrayList<>(keys());
    items.add("sum(t._w)::BIGINT AS n");
    items.addAll(each(c -> c.change("t")));
    String moved = values().stream().map(v -> v + " <> 0").collect(Collectors.joining(" OR "));
    return "SELECT %s FROM %s t%s%s"
        .formatted(
            String.join(", ", items), changes, grouping(), addsUp() ? " HAVING " + moved : "");
  }

  private List<String> keys() {
    return IntStream.range(0, groups()).mapToObj(i -> group(i) + " AS k" + i).toList();
  }

  private String grouping() {
    return groups() == 0 ? "" : " GROUP BY " + Names.each(groups(), this::group);
  }

  private String group(int i) {
    Expr group = node.groups().get(i);
    return group.sql(c -> "t.c" + c);
  }

  private String columns() {
    return String.join(", ", state());
  }

  /** The names of the table's columns. */
  private List<String> state() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < groups(); i++) {
      names.add("k" + i);
    }
    names.addAll(values());
    return names;
  }

  /** The names of the columns beside the groups. */
  private List<String> values() {
    List<String> names = new ArrayList<>(List.of("n"));
    for (String item : each(c -> c.whole("t"))) {
      names.add(item.substring(item.lastIndexOf(' ') + 1));
    }
    return names;
  }

  private String output() {
    int groups = groups();
    List<String> items = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      items.add("k" + i + " AS c" + i);
    }
    for (Column column : calls()) {
      items.add(column.value() + " AS c" + (groups + column.i()));
    }
    return Names.list(String.join(", ", items));
  }

  /** That groups s and d are the same. */
  private String same(String change) {
    if (groups() == 0) {
      return "true";
    }
    Keys keys = Keys.in(statements, change, node.groups());
    return Names.all(groups(), i -> keys.equal("d", i, "s.k" + i));
  }

  private int groups() {
    return node.groups().size();
  }

  private List<Column> calls() {
    return Column.of(node);
  }

  private List<String> each(Function<Column, List<String>> items) {
    return calls().stream().flatMap(c -> items.apply(c).stream()).toList();
  }
}
