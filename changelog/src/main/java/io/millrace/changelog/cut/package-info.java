/** The cut log: the one order of the warehouse, folded from offset 0. */
@NullMarked
package io.millrace.changelog.cut;

import org.jspecify.annotations.NullMarked;
