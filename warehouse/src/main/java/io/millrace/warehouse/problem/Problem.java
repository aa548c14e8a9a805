package io.millrace.warehouse.problem;

import io.millrace.contracts.error.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One thing that is wrong with the folder.
 *
 * @param code its stable code
 * @param file relative to the warehouse folder
 * @param line from 1
 * @param column from 1, in characters
 * @param message what is wrong and why
 * @param hint what to do, such as {@code did you mean customer_id?}
 */
public record Problem(
    ErrorCode code, Path file, int line, int column, String message, Optional<String> hint) {

  /** {@code path:line:column: CODE message (hint)}; the path with slashes on every system. */
  @Override
  public String toString() {
    String path = file.toString().replace('\\', '/');
    String tail = hint.map(h -> " (" + h + ")").orElse("");
    return path + ":" + line + ":" + column + ": " + code.code() + " " + message + tail;
  }
}
