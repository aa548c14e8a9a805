/** Exact reading and transactional writing of offset ranges. */
@NullMarked
package io.millrace.changelog.range;

import org.jspecify.annotations.NullMarked;
