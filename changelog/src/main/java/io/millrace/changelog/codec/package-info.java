/**
 * Changes between their Avro bytes and DuckDB: records are decoded straight into Arrow buffers, and
 * encoded straight from them, by plans that are compiled once for each schema.
 */
@NullMarked
package io.millrace.changelog.codec;

import org.jspecify.annotations.NullMarked;
