package io.millrace.warehouse.source;

/**
 * A secret by reference: {@code ${env:NAME}} or {@code ${file:path}}. Its text never appears in a
 * log, an error or a status: {@link #toString} masks it.
 *
 * @param reference the reference as written, which is no secret itself
 */
public record Secret(String reference) {

  @Override
  public String toString() {
    return "***";
  }
}
