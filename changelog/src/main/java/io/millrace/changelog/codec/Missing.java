package io.millrace.changelog.codec;

/** What to do about a wanted column that the writer's schema does not have. */
public enum Missing {
  /** The column is NULL in the rows of that writer. */
  NULL,
  /** The load stops with CL-007. */
  REFUSE
}
