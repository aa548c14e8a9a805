package io.millrace.changelog.codec;

import java.time.Instant;

/**
 * What all changes of one version of a table have in common.
 *
 * @param version the Delta version
 * @param cut the cut that it shows
 * @param at the time that the changes bear
 */
public record TableVersion(long version, long cut, Instant at) {}
