/** The types of columns, and the one mapping of them to SQL text and to Avro. */
@NullMarked
package io.millrace.contracts.row;

import org.jspecify.annotations.NullMarked;
