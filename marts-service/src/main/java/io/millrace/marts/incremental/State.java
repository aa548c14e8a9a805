package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Node;
import java.util.Optional;

/** What is kept of an operator between refreshes, in a table of its own. */
sealed interface State permits AggregateState, KeyedState, StoredState {

  /** The table's name, as SQL text. */
  String table();

  /** A query of the operator's rows, columns c0, c1 ... */
  String rows();

  /** Makes the table from the input's rows as they are. */
  void build(Rows rows);

  /** Whether it only adds changes up, so that rows which cancel each other may stand in them. */
  default boolean addsUp() {
    return false;
  }

  /**
   * Brings the table to the input's rows as they are now.
   *
   * @param changes of the input: a Z-set's name or, where it {@link #addsUp}, a query in brackets
   * @return how the operator's rows changed; empty if they did not
   */
  Optional<String> refresh(Rows rows, String changes);

  /** The operator's input. */
  Node input();
}
