/**
 * A bound query as a tree of relational operators, the ground on which dynamic tables are kept
 * incrementally. Pure data: nothing here runs a query.
 */
@NullMarked
package io.millrace.warehouse.algebra;

import org.jspecify.annotations.NullMarked;
