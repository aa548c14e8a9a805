package io.millrace.warehouse.problem;

import io.millrace.contracts.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Collects problems while a folder is read. One thread. */
public final class Problems {
  private final List<Problem> found = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();

  /** Adds a problem of a place in a text. */
  public void add(ErrorCode code, SourceText text, int offset, String message) {
    add(code, text, offset, message, Optional.empty());
  }

  /** Adds a problem of a place in a text, with a hint. */
  public void add(
      ErrorCode code, SourceText text, int offset, String message, Optional<String> hint) {
    SourceText.Position at = text.at(offset);
    add(new Problem(code, text.file(), at.line(), at.column(), message, hint));
  }

  /** Adds a problem. */
  public void add(Problem problem) {
    found.add(problem);
  }

  /** Notes something that is not wrong, but means something else than may be thought. */
  public void notice(SourceText text, int offset, String message) {
    SourceText.Position at = text.at(offset);
    notices.add(
        text.file().toString().replace('\\', '/')
            + ":"
            + at.line()
            + ":"
            + at.column()
            + ": "
            + message);
  }

  /** Notes something about a file as a whole. */
  public void notice(Path file, String message) {
    notices.add(file.toString().replace('\\', '/') + " " + message);
  }

  /** What was noted, as {@code path:line:column: message}, or of a file {@code path message}. */
  public List<String> notices() {
    return List.copyOf(notices);
  }

  /** How many there are so far. */
  public int count() {
    return found.size();
  }

  /** Whether a file has problems so far. */
  public boolean anyIn(Path file) {
    return found.stream().anyMatch(p -> p.file().equals(file));
  }

  /** Whether a file has problems so far, others than of one code. */
  public boolean anyIn(Path file, ErrorCode except) {
    return found.stream().anyMatch(p -> p.file().equals(file) && !p.code().equals(except));
  }

  /** All of them, each once, by file, line and column. */
  public List<Problem> sorted() {
    return found.stream()
        .distinct()
        .sorted(
            Comparator.comparing(Problem::file)
                .thenComparingInt(Problem::line)
                .thenComparingInt(Problem::column))
        .toList();
  }
}
