/** The demo shop: TPC-H in PostgreSQL, a workload on it, and a history of what was committed. */
@NullMarked
package io.millrace.local.shop;

import org.jspecify.annotations.NullMarked;
