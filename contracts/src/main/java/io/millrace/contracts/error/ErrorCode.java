package io.millrace.contracts.error;

/**
 * A stable error code. Each code has an entry in {@code docs/ERRORS.md}; a test holds the two
 * together.
 */
public interface ErrorCode {

  /** The enum constant, such as {@code STG_004_SCHEMA_INCOMPATIBLE}. */
  String name();

  /** Who has to act. */
  Kind kind();

  /** What the loop that meets it does; nothing else decides. */
  Response response();

  /** The stable code as people quote it: {@code STG-004}. */
  default String code() {
    String name = name();
    int first = name.indexOf('_');
    int second = name.indexOf('_', first + 1);
    return name.substring(0, first) + "-" + name.substring(first + 1, second);
  }

  /** Who has to act. */
  enum Kind {
    /** The data that a source sent. */
    SOURCE_DATA,
    /** The warehouse folder or a setting. */
    CONFIG,
    /** Something outside: broker, registry, database, disk. */
    EXTERNAL,
    /** Millrace itself. */
    BUG
  }

  /** What the loop that meets it does. */
  enum Response {
    /** Try the same again after a pause. */
    RETRY,
    /** Set the record aside with its reason; the rest flows. */
    DEAD_LETTER,
    /** Stop the table or the source, visibly, with data untouched. */
    STOP
  }
}
