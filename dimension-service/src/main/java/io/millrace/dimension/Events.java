package io.millrace.dimension;

/** What is known of the natural keys that a version of the input concerns, as events. */
sealed interface Events permits KeyedEvents, HeldEvents {

  /**
   * Takes up what a version of the input says, and fills {@link InputRows#KEYS}.
   *
   * @param changes relation with the input's columns and {@code _weight}
   */
  void take(String changes, InputRows.Moment moment);

  /**
   * Tables of a WITH clause, the last {@code events}: the SELECT's columns, {@code _start}, {@code
   * _live} (else an end), {@code _news} (later in the log than what is not), {@code _since} (where
   * the row began that an existing event stands for), columns for ties, and of type 3 the previous
   * values with {@code _kept}.
   *
   * @param existing relation of the dimension's rows
   */
  String sql(String existing);
}
