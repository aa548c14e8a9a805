package io.millrace.warehouse.algebra;

/** How a block is kept. */
public enum Strategy {
  /** Algebra over changes and hidden state. */
  DELTA,
  /** The keys that changes touch are computed again. */
  KEYS,
  /** All of it is computed again and compared. */
  FULL
}
