package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.ErrorCode;

/**
 * Thrown while a record is decoded that is not what its schema says. Cheap: without a stack trace,
 * because garbage may come by the million.
 */
final class BadRecord extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient ErrorCode code;

  BadRecord(ErrorCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  static BadRecord malformed(String message) {
    return new BadRecord(ChangelogError.CL_005_RECORD_MALFORMED, message);
  }

  static BadRecord doesNotFit(String message) {
    return new BadRecord(ChangelogError.CL_006_VALUE_DOES_NOT_FIT, message);
  }

  /** The same, told of the column where it was met. */
  BadRecord in(String column) {
    return new BadRecord(code, "column " + column + ": " + getMessage());
  }

  ErrorCode code() {
    return code;
  }

  String text() {
    String message = getMessage();
    return message == null ? code.code() : message;
  }
}
