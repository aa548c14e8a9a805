package io.millrace.dimension;

import org.jspecify.annotations.Nullable;

/**
 * What an input row says of a key.
 *
 * @param segment tracked
 * @param phone not tracked
 */
record State(@Nullable String segment, @Nullable String phone) {}
