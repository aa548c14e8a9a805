package io.millrace.warehouse.algebra;

/** What is known of a query's algebra. */
public sealed interface Algebra {

  /**
   * The whole query is understood.
   *
   * @param root its output columns are the query's, in order, before casts to stored types
   */
  record Known(Node root) implements Algebra {}

  /**
   * Something in it is not understood: it can only be run as a whole.
   *
   * @param construct what it is, as DuckDB calls it
   */
  record Unknown(Reason reason, String construct) implements Algebra {}
}
