/** Measurements of the lake, each a command that prints its figures; one runs at a time. */
@NullMarked
package io.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
