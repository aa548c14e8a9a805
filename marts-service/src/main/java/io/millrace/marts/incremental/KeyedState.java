package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Order;
import java.util.List;
import java.util.Optional;

/**
 * The output of an operator that treats the rows of a key by themselves: keys that changes touch
 * are computed again from the input as it is now. Without a key, all is computed again.
 */
record KeyedState(Node node, String table, Statements statements) implements State {

  @Override
  public Node input() {
    return node.inputs().getFirst();
  }

  @Override
  public String rows() {
    return "SELECT %s FROM %s".formatted(Names.columns(width()), table);
  }

  @Override
  public void build(Rows rows) {
    statements.run(
        "CREATE OR REPLACE TABLE %s AS %s".formatted(table, computed(rows.from(input()))));
  }

  @Override
  public Optional<String> refresh(Rows rows, String changes) {
    if (keys().isEmpty()) {
      return replaced(statements.temporary(computed(rows.from(input()))), table, "");
    }
    Keys touched =
        Keys.of(
            statements,
            "SELECT DISTINCT %s FROM %s t".formatted(Keys.list(keys(), "t"), changes),
            keys());
    String after = statements.temporary(computed("(" + rows.restricted(input(), touched) + ")"));
    String same = Names.all(keys().size(), i -> touched.equal("k", i, "s.k" + i));
    return replaced(
        after,
        "(SELECT s.* FROM %s s SEMI JOIN %s k ON %s)".formatted(table, touched.table(), same),
        " s USING %s k WHERE %s".formatted(touched.table(), same));
  }

  /** Puts the new rows in the place of the old ones. */
  private Optional<String> replaced(String after, String before, String where) {
    Optional<String> delta =
        statements.consolidated(
            node.types(),
            "SELECT %1$s, 1 AS _w FROM %2$s UNION ALL SELECT %1$s, -1 AS _w FROM %3$s"
                .formatted(Names.columns(width()), after, before));
    if (delta.isPresent()) {
      statements.run("DELETE FROM " + table + where);
      statements.run("INSERT INTO %s SELECT * FROM %s".formatted(table, after));
    }
    return delta;
  }

  private int width() {
    return node.types().size();
  }

  private List<Expr> keys() {
    return switch (node) {
      case Node.Aggregate a -> a.groups();
      case Node.Window w -> w.partition();
      case Node.First f -> f.keys();
      default -> List.of();
    };
  }

  /** Keys and output of the operator over a relation. */
  private String computed(String from) {
    String keys = keys().isEmpty() ? "" : Keys.list(keys(), "t") + ", ";
    int in = input().types().size();
    return switch (node) {
      case Node.Aggregate a -> aggregate(a, keys, from);
      case Node.Window w ->
          "SELECT %s%s%s FROM %s t"
              .formatted(
                  keys,
                  in == 0 ? "" : Names.columns("t", in) + ", ",
                  Names.each(
                      w.windows().size(),
                      i -> w.windows().get(i).sql(c -> "t.c" + c) + " AS c" + (in + i)),
                  from);
      case Node.First f ->
          "SELECT %s%s FROM %s t QUALIFY row_number() OVER (PARTITION BY %s ORDER BY %s) = 1"
              .formatted(
                  keys,
                  Names.columns("t", in),
                  from,
                  Names.each(f.keys().size(), i -> f.keys().get(i).sql(c -> "t.c" + c)),
                  order(f.orders(), in));
      case Node.Top t ->
          "SELECT %s FROM %s t ORDER BY %s LIMIT %d OFFSET %d"
              .formatted(
                  Names.columns("t", in), from, order(t.orders(), in), t.limit(), t.offset());
      default -> throw new IllegalArgumentException("no keys: " + node.getClass());
    };
  }

  private static String aggregate(Node.Aggregate a, String keys, String from) {
    int groups = a.groups().size();
    String values =
        Names.each(groups, i -> a.groups().get(i).sql(c -> "t.c" + c) + " AS c" + i)
            + (groups == 0 ? "" : ", ")
            + Names.each(
                a.calls().size(),
                i -> a.calls().get(i).sql(c -> "t.c" + c) + " AS c" + (groups + i));
    return "SELECT %s%s FROM %s t%s"
        .formatted(
            keys,
            values,
            from,
            groups == 0
                ? ""
                : " GROUP BY " + Names.each(groups, i -> a.groups().get(i).sql(c -> "t.c" + c)));
  }

  /** The order that was asked for, ties broken by all columns. */
  private static String order(List<Order> orders, int width) {
    return (orders.isEmpty() ? "" : Order.sql(orders, c -> "t.c" + c) + ", ")
        + Names.columns("t", width);
  }
}
