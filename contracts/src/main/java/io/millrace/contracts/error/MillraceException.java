package io.millrace.contracts.error;

import org.jspecify.annotations.Nullable;

/**
 * An error with a stable code. The message says what is wrong, with which thing, why, and what to
 * do; it never holds row values or secrets. The cause, if any, is for the log.
 */
public class MillraceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ErrorCode errorCode;
  private final String message;

  public MillraceException(ErrorCode errorCode, String message) {
    this(errorCode, message, null);
  }

  public MillraceException(ErrorCode errorCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.errorCode = errorCode;
    this.message = errorCode.code() + " " + message;
  }

  /** The code and what it means here. */
  @Override
  public String getMessage() {
    return message;
  }

  /** The code, with its kind and response. */
  public ErrorCode errorCode() {
    return errorCode;
  }
}
