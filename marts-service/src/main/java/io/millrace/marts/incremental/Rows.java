package io.millrace.marts.incremental;

import io.millrace.contracts.TableName;
import io.millrace.lake.Sql;
import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * SQL of the rows of operators as they are now; every relation has columns c0, c1 ... What has
 * state is read from there.
 *
 * @param relation what stands in FROM for a table of the warehouse
 * @param now what the present means
 */
record Rows(Function<TableName, String> relation, States states, Instant now) {

  /** A query of a node's rows. */
  String of(Node node) {
    return switch (node) {
      case Node.Scan s ->
          "SELECT %s FROM %s"
              .formatted(
                  Names.list(
                      Names.each(
                          s.columns().size(), i -> Sql.name(s.columns().get(i)) + " AS c" + i)),
                  relation.apply(s.table()));
      case Node.Constants c -> constants(c);
      case Node.Project _, Node.Join _ -> region(Region.of(node));
      case Node.Filter f -> f.moves() ? filter(f, from(f.input())) : region(Region.of(f));
      case Node.Match m -> new Matching(m).sql(from(m.left()), from(m.right()), false);
      case Node.Union u ->
          u.inputs().stream().map(this::of).collect(Collectors.joining(" UNION ALL "));
      case Node.Unnest u -> unnest(u, from(u.input()), "");
      case Node.Aggregate _, Node.Window _, Node.First _, Node.Top _, Node.Stored _ ->
          states.of(node).rows();
    };
  }

  /** A node in FROM. */
  String from(Node node) {
    return "(" + of(node) + ")";
  }

  /** A filter by time, over a relation. */
  private String filter(Node.Filter f, String from) {
    return "SELECT %s FROM %s t WHERE %s"
        .formatted(Names.columns("t", f.types().size()), from, condition(f, "t", now));
  }

  /** Whether all conditions of a filter are true of a row. */
  static String condition(Node.Filter f, String alias, Instant now) {
    return Names.all(
        f.conditions().size(), i -> f.conditions().get(i).sql(c -> alias + ".c" + c, now));
  }

  /**
   * The rows with one more for each element.
   *
   * @param weight further columns, beginning with a comma
   */
  static String unnest(Node.Unnest u, String from, String weight) {
    int width = u.input().types().size();
    String elements =
        Names.each(
            u.lists().size(),
            i -> "unnest(" + u.lists().get(i).sql(c -> "t.c" + c) + ") AS c" + (width + i));
    return "SELECT %s%s%s FROM %s t"
        .formatted(width == 0 ? "" : Names.columns("t", width) + ", ", elements, weight, from);
  }

  private String region(Region region) {
    return region(region, region.legs().stream().map(this::from).toList(), "");
  }

  /**
   * A region over given legs.
   *
   * @param weight further columns, beginning with a comma
   */
  static String region(Region region, List<String> legs, String weight) {
    List<String> from = new ArrayList<>();
    for (int i = 0; i < legs.size(); i++) {
      from.add(legs.get(i) + " t" + i);
    }
    return select(region, from, weight, List.of());
  }

  /** The node's rows that have one of the keys; each key's value is an expression over the node. */
  String restricted(Node node, Keys keys) {
    Region region = Region.of(node);
    List<String> from = new ArrayList<>();
    for (int i = 0; i < region.legs().size(); i++) {
      from.add(from(region.legs().get(i)) + " t" + i);
    }
    return withKeys(region, from, keys);
  }

  /** As {@link #restricted}, of rows that lie in a relation already. */
  static String restricted(String relation, int width, Keys keys, String weight) {
    return "SELECT %s%s FROM %s t JOIN %s k ON %s"
        .formatted(
            Names.columns("t", width),
            weight,
            relation,
            keys.table(),
            Names.all(
                keys.of().size(), i -> keys.equal("k", i, keys.of().get(i).sql(c -> "t.c" + c))));
  }

  private static String withKeys(Region region, List<String> from, Keys keys) {
    List<String> tables = new ArrayList<>(from);
    tables.add(keys.table() + " k");
    List<String> equal = new ArrayList<>();
    for (int i = 0; i < keys.of().size(); i++) {
      equal.add(keys.equal("k", i, keys.of().get(i).over(region.outputs()).sql(region::column)));
    }
    return select(region, tables, "", equal);
  }

  private static String select(
      Region region, List<String> from, String weight, List<String> further) {
    List<String> conditions = new ArrayList<>(further);
    region.conditions().forEach(e -> conditions.add(e.sql(region::column)));
    String outputs =
        Names.each(
            region.outputs().size(),
            i -> region.outputs().get(i).sql(region::column) + " AS c" + i);
    return "SELECT %s%s FROM %s%s"
        .formatted(
            Names.list(outputs),
            weight,
            String.join(", ", from),
            conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions));
  }

  private static String constants(Node.Constants constants) {
    List<String> types = constants.types();
    if (constants.rows().isEmpty()) {
      return "SELECT %s WHERE false"
          .formatted(
              Names.list(
                  Names.each(types.size(), i -> "CAST(NULL AS " + types.get(i) + ") AS c" + i)));
    }
    return constants.rows().stream().map(Rows::row).collect(Collectors.joining(" UNION ALL "));
  }

  private static String row(List<Expr> row) {
    return "SELECT "
        + Names.list(Names.each(row.size(), i -> row.get(i).sql(c -> "") + " AS c" + i));
  }
}
