package io.millrace.warehouse;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What reading a folder gave.
 *
 * @param problems all that were found, by file, line and column
 * @param unchecked what could not be checked offline, as sentences
 * @param notices what means something else than may be thought, as {@code path:line:column: text}
 *     or {@code path text}
 * @param warehouse there when nothing is wrong, every table could be bound and {@code
 *     warehouse.yml} has no unset variable; read offline, a source's unset variables read as empty
 */
public record Validation(
    List<Problem> problems,
    List<String> unchecked,
    List<String> notices,
    Optional<Warehouse> warehouse) {

  public Validation {
    problems = List.copyOf(problems);
    unchecked = List.copyOf(unchecked);
    notices = List.copyOf(notices);
  }

  /** Whether this code, and no other, keeps the folder from being valid. */
  public boolean waitsFor(ErrorCode code) {
    return !problems.isEmpty() && problems.stream().allMatch(p -> p.code().equals(code));
  }

  /**
   * The warehouse.
   *
   * @throws MillraceException with the first problem's code and all problems, a line each
   */
  public Warehouse orThrow() {
    if (!problems.isEmpty()) {
      throw new MillraceException(
          problems.getFirst().code(),
          problems.size()
              + (problems.size() == 1 ? " problem:\n" : " problems:\n")
              + problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
    return warehouse.orElseThrow(() ->
        new MillraceException(
            WarehouseError.WH_002_RAW_SCHEMA_UNKNOWN,
            "read offline, these could not be checked: " + String.join("; ", unchecked)));
  }
}
