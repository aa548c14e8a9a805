package io.millrace.marts.refresh;

/**
 * Why a refresh took the way it took; of queries that have one way only, the algebra's reason is
 * given instead. The names are stable: the history holds them.
 */
public enum Choice {
  /** It was thought to take less time than the other way. */
  CHEAPER("it was thought to take less time"),
  /** The other way is thought to take less time, but this one was not measured for long. */
  TRIAL("it was not measured for long and may be cheaper by now"),
  /** The statement says FULL. */
  REFRESH_MODE("the statement says so"),
  /** More of the inputs' rows have changed than CARDINALITY_THRESHOLD says. */
  CARDINALITY_THRESHOLD("more rows have changed than CARDINALITY_THRESHOLD says"),
  /**
   * There was nothing to carry changes into: the table is new, taken over, rebuilt, or was FULL.
   */
  NO_STATE("there was no state yet, or it was left behind"),
  /** An input was read from the lake as a whole, so its changes are not known. */
  INPUT_RELOADED("the changes of an input are not known"),
  /** State and changes contradict each other. */
  STATE_DOES_NOT_FIT("state and changes contradict each other"),
  /** State gave other rows than the query, when it was made or at an audit. */
  STATE_DISTRUSTED("state gave other rows than the query"),
  /** The incremental way was given up, for it took far longer than predicted. */
  TOOK_TOO_LONG("the incremental way took too long and was given up");

  private final String text;

  Choice(String text) {
    this.text = text;
  }

  /** The reason as half a sentence. */
  public String text() {
    return text;
  }
}
