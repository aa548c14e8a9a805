package io.millrace.lake;

/** Which versions a table may be restored to. */
public enum RestoreMode {
  /** Those that show the table's own cut: what an outsider did is undone. */
  SAME_CUT,
  /** Any; the table's service does not apply the cuts between again by itself. */
  ANY_CUT
}
