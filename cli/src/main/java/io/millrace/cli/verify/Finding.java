package io.millrace.cli.verify;

import io.millrace.contracts.TableName;

/**
 * What was found of one table.
 *
 * @param table which
 * @param cut the cut it was read at, -1 if it was not read
 * @param outcome how it is
 * @param words for people, in half a line
 */
public record Finding(TableName table, long cut, Outcome outcome, String words) {

  /** How a table is. */
  public enum Outcome {
    /** As its statement says. */
    RIGHT,
    /** Not as its statement says. */
    WRONG,
    /** Shows nothing that can be judged yet, or from here. */
    SKIPPED,
    /** Could not be read. */
    FAILED
  }

  @Override
  public String toString() {
    String word =
        switch (outcome) {
          case RIGHT -> "ok";
          case WRONG -> "WRONG";
          case SKIPPED -> "skipped";
          case FAILED -> "FAILED";
        };
    return "%-8s%s%s: %s".formatted(word, table, cut < 0 ? "" : " at cut " + cut, words);
  }
}
