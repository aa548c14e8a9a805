package io.millrace.staging;

import io.millrace.contracts.error.ErrorCode;

/**
 * Why a record is set aside.
 *
 * @param position offset of the record in the raw topic
 * @param stage what it did not pass
 * @param code the stable code
 * @param reason for people; holds no values
 */
record Refusal(long position, Stage stage, ErrorCode code, String reason) {

  /** The step that refused it. */
  enum Stage {
    DECODE,
    APPEND,
    SELECT
  }
}
