/** Child processes that are named when they die and that never outlive the launcher. */
@NullMarked
package io.millrace.local.process;

import org.jspecify.annotations.NullMarked;
