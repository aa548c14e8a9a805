package io.millrace.lake;

/** What a writer does when somebody else has changed its table's rows. */
public enum OutsiderPolicy {
  /** It gives the table up: its rows are no longer those of its cut. */
  STOP,
  /**
   * It takes the rows as they are, says so, and goes on from them. The change feed has the version,
   * so followers get it too; the cut does not tell of it.
   */
  ADOPT
}
