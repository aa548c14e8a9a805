/**
 * Delta tables whose rows live in Parquet files written by DuckDB and whose log is kept by Delta
 * Kernel: created, changed row by row, mirrored, followed, and read at a version.
 */
@NullMarked
package io.millrace.lake;

import org.jspecify.annotations.NullMarked;
