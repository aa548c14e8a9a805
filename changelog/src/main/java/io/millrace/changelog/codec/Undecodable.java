package io.millrace.changelog.codec;

import io.millrace.contracts.error.ErrorCode;

/**
 * A record that is not what its schema says. None of its rows was loaded.
 *
 * @param partition its partition
 * @param offset its offset there
 * @param code why; its response is always DEAD_LETTER
 * @param message what is wrong, with which column; holds no values
 */
public record Undecodable(int partition, long offset, ErrorCode code, String message) {}
