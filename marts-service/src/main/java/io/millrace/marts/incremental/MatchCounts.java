package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Node.Kind;
import io.millrace.warehouse.algebra.Node.On;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many right rows of a match have each key, in a table with columns k0, k1 ... and n. It tells
 * whether a left row has a match without a look at the right side, which may be a large table.
 */
record MatchCounts(Node.Match match, String table, Statements statements) {

  /** Whether the number of right rows with its key says all about a left row. */
  static boolean tell(Node.Match match) {
    return match.kind() != Kind.MARK && !match.on().isEmpty() && match.rest().isEmpty();
  }

  /** Makes the table from the right side's rows as they are. */
  void build(Rows rows) {
    statements.run(
        "CREATE OR REPLACE TABLE %s AS %s"
            .formatted(table, counted(rows.from(match.right()), "count(*)")));
  }

  /**
   * Adds the right side's changes.
   *
   * @return keys that have got their first right row, with {@code _w} 1, or lost their last, with
   *     -1; empty if there are none
   */
  Optional<String> refresh(String changes) {
    Optional<String> moved =
        statements.temporaryUnlessEmpty(
            counted(changes, "sum(t._w)::BIGINT") + " HAVING sum(t._w) <> 0");
    if (moved.isEmpty()) {
      return moved;
    }
    Keys keys = Keys.in(statements, moved.get(), rights());
    String same = Names.all(width(), i -> keys.equal("d", i, "s.k" + i));
    String both =
        statements.temporary(
            "SELECT %s, coalesce(s.n, 0) AS was, coalesce(s.n, 0) + d.n AS n FROM %s d LEFT JOIN %s s ON %s"
                .formatted(Names.each(width(), i -> "d.k" + i), moved.get(), table, same));
    Inconsistent.unless(!statements.any(both, "n < 0"), table);
    statements.run("DELETE FROM %s s USING %s d WHERE %s".formatted(table, moved.get(), same));
    String columns = Names.each(width(), i -> "k" + i);
    statements.run(
        "INSERT INTO %s SELECT %s, n FROM %s WHERE n > 0".formatted(table, columns, both));
    return statements.temporaryUnlessEmpty(
        "SELECT %s, CASE WHEN was = 0 THEN 1 ELSE -1 END AS _w FROM %s WHERE (was = 0) <> (n = 0)"
            .formatted(columns, both));
  }

  /** Of left rows with weights, those that a semijoin or an antijoin keeps. */
  String kept(String left) {
    String equal = anyNull(left) ? "%s IS NOT DISTINCT FROM s.k%d" : "%s = s.k%d";
    String same = Names.all(width(), i -> equal.formatted(left(i), i));
    return "SELECT %s, l._w FROM %s l %s JOIN %s s ON %s"
        .formatted(left("l"), left, match.kind().name(), table, same);
  }

  /**
   * Whether a left key has a NULL that equals one; without, equality says the same and finds more
   * quickly.
   */
  private boolean anyNull(String left) {
    String nulls =
        IntStream.range(0, width())
            .filter(i -> match.on().get(i).nullSafe())
            .mapToObj(i -> "(" + left(i) + ") IS NULL")
            .collect(Collectors.joining(" OR "));
    return !nulls.isEmpty() && statements.any(left + " l", nulls);
  }

  /** What a semijoin or an antijoin gains or loses of left rows whose keys have turned. */
  String turned(String left, Keys turned) {
    return "SELECT %s, %sl._w * k._w AS _w FROM %s l JOIN %s k ON %s"
        .formatted(
            left("l"), match.kind() == Kind.ANTI ? "-" : "", left, turned.table(), same(turned));
  }

  /** The rows with NULLs that an outer join loses or gains for such rows. */
  String unmatched(String left, Keys turned) {
    int width = match.left().types().size();
    List<String> right = match.right().types();
    String nulls =
        IntStream.range(0, right.size())
            .mapToObj(i -> ", CAST(NULL AS %s) AS c%d".formatted(right.get(i), width + i))
            .collect(Collectors.joining());
    return "SELECT %s%s, -l._w * k._w AS _w FROM %s l JOIN %s k ON %s"
        .formatted(left("l"), nulls, left, turned.table(), same(turned));
  }

  private String same(Keys turned) {
    return Names.all(width(), i -> turned.equal("k", i, left(i)));
  }

  private String left(int i) {
    return match.on().get(i).left().sql(c -> "l.c" + c);
  }

  private String left(String alias) {
    return Names.columns(alias, match.left().types().size());
  }

  /** A NULL that equals nothing is no key. */
  private String counted(String right, String number) {
    String known =
        match.on().stream()
            .filter(on -> !on.nullSafe())
            .map(on -> "(" + on.right().sql(c -> "t.c" + c) + ") IS NOT NULL")
            .collect(Collectors.joining(" AND "));
    return "SELECT %s, %s AS n FROM %s t%s GROUP BY %s"
        .formatted(
            Keys.list(rights(), "t"),
            number,
            right,
            known.isEmpty() ? "" : " WHERE " + known,
            Names.each(width(), i -> rights().get(i).sql(c -> "t.c" + c)));
  }

  private List<Expr> rights() {
    return match.on().stream().map(On::right).toList();
  }

  private int width() {
    return match.on().size();
  }
}
