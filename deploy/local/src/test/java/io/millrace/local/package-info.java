/** Tests of the stack on real processes. */
@NullMarked
package io.millrace.local;

import org.jspecify.annotations.NullMarked;
