package io.millrace.marts.incremental;

/**
 * State and changes do not fit together: a row went that was not there. Nothing is guessed; the
 * view is made anew.
 */
public final class Inconsistent extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** At a table. */
  public Inconsistent(String where) {
    super(where);
  }

  static void unless(boolean consistent, String where) {
    if (!consistent) {
      throw new Inconsistent(where);
    }
  }
}
