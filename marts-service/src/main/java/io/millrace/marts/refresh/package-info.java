/** How a dynamic table is brought to a cut, and the record of it. */
@NullMarked
package io.millrace.marts.refresh;

import org.jspecify.annotations.NullMarked;
