/** Rules of facts: what must hold of a table's changes before they are committed. */
@NullMarked
package io.millrace.marts.fact;

import org.jspecify.annotations.NullMarked;
