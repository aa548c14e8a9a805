package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Node;
import java.util.Optional;

/** The input's rows, equal ones once with their number. */
record StoredState(Node.Stored node, String table, Statements statements) implements State {

  @Override
  public Node input() {
    return node.input();
  }

  @Override
  public String rows() {
    return "SELECT %s FROM %s, range(n)".formatted(Names.columns(width()), table);
  }

  @Override
  public void build(Rows rows) {
    statements.run(
        "CREATE OR REPLACE TABLE %s AS SELECT %s, count(*) AS n FROM %s GROUP BY ALL"
            .formatted(table, Names.columns(width()), rows.from(input())));
  }

  @Override
  public Optional<String> refresh(Rows rows, String given) {
    String changes = node.types().stream().anyMatch(Statements::isFloat) ? equalOnce(given) : given;
    String same = Names.all(width(), i -> "s.c%1$d IS NOT DISTINCT FROM d.c%1$d".formatted(i));
    String after =
        statements.temporary(
            "SELECT %s, coalesce(s.n, 0) + d._w AS n FROM %s d LEFT JOIN %s s ON %s"
                .formatted(Names.columns("d", width()), changes, table, same));
    Inconsistent.unless(!statements.any(after, "n < 0"), table);
    statements.run("DELETE FROM %s s USING %s d WHERE %s".formatted(table, changes, same));
    statements.run("INSERT INTO %s SELECT * FROM %s WHERE n > 0".formatted(table, after));
    return Optional.of(changes);
  }

  /** Equal rows once, the two zeros of floating numbers too. */
  private String equalOnce(String changes) {
    return statements.temporary(
        "SELECT %s, sum(_w)::BIGINT AS _w FROM %s GROUP BY ALL HAVING sum(_w) <> 0"
            .formatted(Names.columns(width()), changes));
  }

  private int width() {
    return node.types().size();
  }
}
