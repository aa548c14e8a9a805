/** Statement headers, parsed clause by clause up to the SELECT. */
@NullMarked
package io.millrace.warehouse.statement;

import org.jspecify.annotations.NullMarked;
