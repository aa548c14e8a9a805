/** What {@code sources/*.yml} declares, one record a kind. */
@NullMarked
package io.millrace.warehouse.source;

import org.jspecify.annotations.NullMarked;
