/** The dimension service: staging tables to dimensions, with surrogate keys and history. */
@NullMarked
package io.millrace.dimension;

import org.jspecify.annotations.NullMarked;
