package io.millrace.cli;

/** What the process ends with. */
public final class ExitCode {
  public static final int OK = 0;

  /** Something failed; its message says what. */
  public static final int FAILED = 1;

  /** Arguments that make no sense. */
  public static final int USAGE = 2;

  /** A table that does not meet its target lag. */
  public static final int STALE = 3;

  /** A table whose rows are not what its statement says. */
  public static final int DATA = 4;

  private ExitCode() {}
}
