package io.millrace.warehouse.algebra;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * A call of an aggregate function.
 *
 * @param filter of its FILTER clause
 * @param orders of its ORDER BY
 * @param type the SQL type of its value
 */
public record Call(
    String function,
    List<Expr> arguments,
    Optional<Expr> filter,
    boolean distinct,
    List<Order> orders,
    String type) {
  private static final Set<String> INTEGERS =
      Set.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER");

  /** Not the same again for the same rows in another order, unless ordered. */
  private static final Set<String> BY_ORDER =
      Set.of("string_agg", "group_concat", "listagg", "list", "array_agg");

  /** The same again for the same values of an exact type, whatever their order. */
  private static final Set<String> DETERMINED =
      Set.of(
          "median",
          "quantile_cont",
          "quantile_disc",
          "bool_and",
          "bool_or",
          "bit_and",
          "bit_or",
          "bit_xor");

  /** The same again for the same rows, but for ties and the last digits of floating numbers. */
  private static final Set<String> REPEATABLE =
      Set.of(
          "count_star",
          "count",
          "count_if",
          "countif",
          "sum",
          "avg",
          "mean",
          "min",
          "max",
          "median",
          "quantile_cont",
          "quantile_disc",
          "stddev",
          "stddev_samp",
          "stddev_pop",
          "variance",
          "var_samp",
          "var_pop",
          "bool_and",
          "bool_or",
          "bit_and",
          "bit_or",
          "bit_xor",
          "arg_min",
          "arg_max",
          "min_by",
          "max_by",
          "product",
          "corr",
          "covar_samp",
          "covar_pop",
          "kurtosis",
          "skewness",
          "entropy",
          "approx_count_distinct",
          "mode",
          "regr_slope",
          "regr_count");

  /** How a value can be kept when rows come and go. */
  public enum Exactness {
    /** By counting rows or not-null arguments. */
    COUNT,
    /** By adding and subtracting arguments. */
    SUM,
    /** As a sum and a count. */
    AVERAGE,
    /** By comparing, as long as the extreme itself stays. */
    EXTREME,
    /** Not at all. */
    NONE
  }

  public Call {
    arguments = List.copyOf(arguments);
    orders = List.copyOf(orders);
  }

  /** How its value can be kept. */
  public Exactness exactness() {
    if (distinct && !isExtreme()) {
      return Exactness.NONE;
    }
    return switch (function) {
      case "count_star", "count" -> Exactness.COUNT;
      case "sum", "count_if", "countif" -> exactArgument() ? Exactness.SUM : Exactness.NONE;
      case "avg", "mean" -> exactArgument() ? Exactness.AVERAGE : Exactness.NONE;
      case "min", "max" ->
          arguments.size() == 1 && isOrdered() ? Exactness.EXTREME : Exactness.NONE;
      default -> Exactness.NONE;
    };
  }

  private boolean isExtreme() {
    return function.equals("min") || function.equals("max");
  }

  private boolean exactArgument() {
    String argument = arguments.getFirst().type();
    return INTEGERS.contains(argument)
        || argument.startsWith("DECIMAL")
        || (argument.equals("BOOLEAN") && function.startsWith("count"));
  }

  /** Types without surprises in comparison; floats have NaN and two zeros. */
  private boolean isOrdered() {
    String argument = arguments.getFirst().type();
    return exactArgument()
        || Set.of("VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "HUGEINT", "BOOLEAN")
            .contains(argument);
  }

  /**
   * Whether its value is the same again for the same rows in any order, bit for bit. An average is
   * not: DuckDB divides in another way where a sum or a count of the same stands beside it.
   */
  boolean isExact() {
    return (exactness() != Exactness.NONE && exactness() != Exactness.AVERAGE)
        || function.equals("count")
        || (distinct && exactArgument() && function.equals("sum"))
        || (DETERMINED.contains(function) && isOrdered());
  }

  /** Whether its value is the same again but for the last digits of a floating number. */
  boolean isClose() {
    return isExact() || Set.of("sum", "avg", "mean").contains(function);
  }

  /** Refuses an aggregate that is not known to give the same again. */
  void requireRepeatable() {
    if (!BY_ORDER.contains(function) || orders.isEmpty()) {
      requireRepeatable(function);
    }
  }

  /** As above, of one without an order of its own. */
  static void requireRepeatable(String function) {
    if (!REPEATABLE.contains(function)) {
      throw new UnknownConstruct(
          Set.of("first", "last", "any_value", "arbitrary").contains(function)
                  || BY_ORDER.contains(function)
              ? Reason.ORDER_DEPENDENT_AGGREGATE
              : Reason.UNKNOWN_AGGREGATE,
          function);
    }
  }

  /** Its SQL. */
  public String sql(IntFunction<String> columns) {
    if (function.equals("count_star")) {
      return "count(*)" + filterSql(columns);
    }
    String args = arguments.stream().map(a -> a.sql(columns)).collect(Collectors.joining(", "));
    return '"'
        + function
        + "\"("
        + (distinct ? "DISTINCT " : "")
        + args
        + (orders.isEmpty() ? "" : " ORDER BY " + Order.sql(orders, columns))
        + ")"
        + filterSql(columns);
  }

  private String filterSql(IntFunction<String> columns) {
    return filter.map(f -> " FILTER (WHERE " + f.sql(columns) + ")").orElse("");
  }

  /** All expressions of the call. */
  List<Expr> expressions() {
    return java.util.stream.Stream.of(
            arguments.stream(), filter.stream(), orders.stream().map(Order::by))
        .flatMap(s -> s)
        .toList();
  }
}
