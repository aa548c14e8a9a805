/** What operators order of dynamic tables, and what they are told of them. */
@NullMarked
package io.millrace.marts.control;

import org.jspecify.annotations.NullMarked;
