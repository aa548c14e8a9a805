package io.millrace.marts.incremental;

/** Changes were not carried through within the limit. The view must be made anew. */
public final class TookTooLong extends IllegalStateException {
  private static final long serialVersionUID = 1;

  TookTooLong(String statement, Throwable cause) {
    super(statement, cause);
  }
}
