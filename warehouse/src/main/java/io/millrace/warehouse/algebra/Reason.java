package io.millrace.warehouse.algebra;

/** Why a query, or a block of it, is kept the way it is. The names are stable: logs hold them. */
public enum Reason {
  /** Every change of the inputs is carried through by algebra. */
  ALGEBRA("the change follows from the inputs' changes"),
  /** The k first rows are read again from the block's stored input. */
  TOP_OVER_STATE("the first rows are read from stored state"),
  /** Values of an aggregate that cannot be subtracted from. */
  AGGREGATE_BY_GROUP("an aggregate that cannot be undone: touched groups are computed again"),
  /** Windows are recomputed by partition. */
  WINDOW_BY_PARTITION("touched partitions are computed again"),
  /** DISTINCT ON is recomputed by its columns. */
  DISTINCT_ON_BY_KEY("touched keys are computed again"),
  /** A window over all rows: each change may change every row. */
  WINDOW_WITHOUT_PARTITION("a window without common PARTITION BY columns"),
  /** One group only, and an aggregate that cannot be subtracted from. */
  TOTAL_CANNOT_BE_UNDONE("an aggregate over all rows that cannot be undone"),
  /** first, any_value, list or string_agg without ORDER BY. */
  ORDER_DEPENDENT_AGGREGATE("an aggregate whose value depends on the order of rows"),
  UNKNOWN_AGGREGATE("an aggregate that is not known to be repeatable"),
  LIMIT_WITHOUT_ORDER("LIMIT without ORDER BY"),
  LIMIT_NOT_CONSTANT("LIMIT or OFFSET that is not a constant"),
  GROUPING_SETS("ROLLUP, CUBE or GROUPING SETS"),
  SUBQUERY_NOT_UNIQUE("a scalar subquery that may return several rows"),
  NOW_OUTSIDE_FILTER("the time is asked for outside WHERE, HAVING and QUALIFY"),
  NESTED_TYPE("a value of a nested or unknown type"),
  UNKNOWN_EXPRESSION("an expression that is not known to be carried through"),
  UNKNOWN_OPERATOR("a construct that is not known to be carried through"),
  NO_PLAN("the query's plan cannot be read");

  private final String text;

  Reason(String text) {
    this.text = text;
  }

  /** The reason as half a sentence. */
  public String text() {
    return text;
  }
}
