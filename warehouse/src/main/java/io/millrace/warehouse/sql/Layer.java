package io.millrace.warehouse.sql;

/** What kind of statement a SELECT belongs to. */
public enum Layer {
  /** One raw resource, row by row. */
  STAGING,
  /** One table, row by row. */
  DIMENSION,
  /** Any query over tables. */
  DYNAMIC;

  boolean rowByRow() {
    return this != DYNAMIC;
  }
}
