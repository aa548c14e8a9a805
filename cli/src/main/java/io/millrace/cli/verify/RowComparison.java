package io.millrace.cli.verify;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two relations compared as multisets of rows. Where the query adds floating-point numbers, whose
 * sums depend on the order of addition, such columns may differ by one part in a thousand millions,
 * and by a thousand-millionth where they add up to about nothing.
 */
final class RowComparison {
  private final Connection duck;
  private final List<String> exact;
  private final List<String> floating;

  private RowComparison(Connection duck, List<String> exact, List<String> floating) {
    this.duck = duck;
    this.exact = exact;
    this.floating = floating;
  }

  /** Floating-point numbers too are the same only when they are equal. */
  static RowComparison exact(Connection duck, List<String> columns) {
    return new RowComparison(duck, columns, List.of());
  }

  /** Floating-point numbers may differ by a trifle. */
  static RowComparison close(Connection duck, RowSchema schema) {
    Map<Boolean, List<String>> names =
        schema.columns().stream()
            .collect(
                Collectors.partitioningBy(
                    Column::isFloating, Collectors.mapping(Column::name, Collectors.toList())));
    return new RowComparison(
        duck, names.getOrDefault(false, List.of()), names.getOrDefault(true, List.of()));
  }

  /**
   * What differs.
   *
   * @param missing rows that are wanted and not there
   * @param unexpected rows that are there and not wanted
   */
  record Difference(long missing, long unexpected) {
    boolean none() {
      return missing == 0 && unexpected == 0;
    }

    @Override
    public String toString() {
      return missing + " rows missing, " + unexpected + " rows too many";
    }
  }

  /** Compares what stands in FROM on both sides. */
  Difference compare(String wanted, String found) {
    return new Difference(without(wanted, found), without(found, wanted));
  }

  private long without(String left, String right) {
    if (floating.isEmpty()) {
      String columns = Sql.names(exact);
      return Sql.number(
          duck,
          "SELECT count(*) FROM (SELECT %1$s FROM %2$s EXCEPT ALL SELECT %1$s FROM %3$s)"
              .formatted(columns, left, right));
    }
    return Sql.number(
        duck,
        "SELECT count(*) FROM (%s) l WHERE NOT EXISTS (FROM (%s) r WHERE l._n = r._n%s%s)"
            .formatted(numbered(left), numbered(right), sameExact(), sameFloating()));
  }

  /** Rows that agree in the exact columns are told apart by their place among each other. */
  private String numbered(String relation) {
    return "SELECT %s, row_number() OVER (%s ORDER BY %s) AS _n FROM %s"
        .formatted(
            Sql.names(Stream.concat(exact.stream(), floating.stream()).toList()),
            exact.isEmpty() ? "" : "PARTITION BY " + Sql.names(exact),
            Sql.names(floating),
            relation);
  }

  private String sameExact() {
    return exact.stream()
        .map(c -> " AND l.%1$s IS NOT DISTINCT FROM r.%1$s".formatted(Sql.name(c)))
        .collect(Collectors.joining());
  }

  private String sameFloating() {
    return floating.stream()
        .map(c ->
            " AND (l.%1$s IS NOT DISTINCT FROM r.%1$s OR abs(l.%1$s - r.%1$s) <= 1e-9 * greatest(abs(l.%1$s), abs(r.%1$s), 1))"
                .formatted(Sql.name(c)))
        .collect(Collectors.joining());
  }
}
