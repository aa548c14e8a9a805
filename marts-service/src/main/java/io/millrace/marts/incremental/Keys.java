package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Expr;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Distinct keys in a table with columns k0, k1 ...
 *
 * @param of the expressions whose values they are
 * @param anyNull whether NULL is among them: then equality must be NULL-safe, else a plain one says
 *     the same and is cheaper
 */
record Keys(String table, List<Expr> of, boolean anyNull) {

  /** The keys that a query yields. */
  static Keys of(Statements statements, String query, List<Expr> of) {
    return in(statements, statements.temporary(query), of);
  }

  /** The keys in a table. */
  static Keys in(Statements statements, String table, List<Expr> of) {
    String nulls =
        String.join(
            " OR ", IntStream.range(0, of.size()).mapToObj(i -> "k" + i + " IS NULL").toList());
    return new Keys(table, of, statements.any(table, nulls));
  }

  /** The same keys as values of other expressions. */
  Keys as(List<Expr> others) {
    return new Keys(table, others, anyNull);
  }

  /** SQL that a key in column i of an alias is the given value. */
  String equal(String alias, int i, String value) {
    return value + (anyNull ? " IS NOT DISTINCT FROM " : " = ") + alias + ".k" + i;
  }

  /** SELECT list of the keys' expressions over rows of an alias. */
  static String list(List<Expr> of, String alias) {
    return Names.each(of.size(), i -> of.get(i).sql(c -> alias + ".c" + c) + " AS k" + i);
  }
}
