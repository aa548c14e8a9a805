/** What services say of their tables, folded by maximum. */
@NullMarked
package io.millrace.changelog.published;

import org.jspecify.annotations.NullMarked;
