package io.millrace.ingest.api;

import org.jspecify.annotations.Nullable;

/**
 * A record as a row.
 *
 * @param key values of the key columns, in key order, none null
 * @param values values of all columns, in order
 */
record Row(@Nullable Object[] key, @Nullable Object[] values) {}
