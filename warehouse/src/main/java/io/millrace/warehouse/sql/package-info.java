/** SELECTs: parsed, bound and rewritten by means of DuckDB's own syntax trees. */
@NullMarked
package io.millrace.warehouse.sql;

import org.jspecify.annotations.NullMarked;
