package io.millrace.warehouse.algebra;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * One term of an ORDER BY.
 *
 * @param direction such as {@code DESC NULLS LAST}
 */
public record Order(Expr by, String direction) {

  /** The terms as SQL, without the words ORDER BY. */
  public static String sql(List<Order> orders, IntFunction<String> columns) {
    return orders.stream()
        .map(o -> o.by().sql(columns) + " " + o.direction())
        .collect(Collectors.joining(", "));
  }
}
