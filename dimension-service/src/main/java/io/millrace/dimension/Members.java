package io.millrace.dimension;

/**
 * The rule by which members follow their input: it turns what {@link InputRows} holds, and the rows
 * that the dimension has of those keys, into the rows that it should have of them.
 */
sealed interface Members permits CurrentMembers, VersionedMembers {

  /** The wanted rows of the keys in {@link InputRows#KEYS}, in the dimension's columns. */
  String WANTED = "dimension_wanted";

  /**
   * Fills {@link #WANTED}.
   *
   * @param existing relation with the dimension's columns, default members among its rows
   */
  void apply(String existing);
}
