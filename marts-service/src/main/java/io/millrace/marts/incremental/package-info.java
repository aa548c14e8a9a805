/**
 * Keeps the rows of a query by the changes of its inputs, in DuckDB alone. Changes are Z-sets: rows
 * with a weight in {@code _w}. No Kafka and no Delta here.
 */
@NullMarked
package io.millrace.marts.incremental;

import org.jspecify.annotations.NullMarked;
