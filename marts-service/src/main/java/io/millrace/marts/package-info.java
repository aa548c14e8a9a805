/** The marts service: dynamic tables, refreshed in rounds, each at one cut of the log. */
@NullMarked
package io.millrace.marts;

import org.jspecify.annotations.NullMarked;
