package io.millrace.contracts.row;

/**
 * A column of a row.
 *
 * @param name as written by the user, compared without case
 * @param type its type
 * @param nullable whether NULL may stand in it
 */
public record Column(String name, DataType type, boolean nullable) {

  /** Whether its values are FLOAT or DOUBLE, whose sums depend on the order of addition. */
  public boolean isFloating() {
    return type == DataType.Simple.FLOAT || type == DataType.Simple.DOUBLE;
  }
}
