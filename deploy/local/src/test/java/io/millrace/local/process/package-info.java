/** Tests of supervision with small shell scripts as children. */
@NullMarked
package io.millrace.local.process;

import org.jspecify.annotations.NullMarked;
