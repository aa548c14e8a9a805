/** Stable error codes, one enum a module, and the one exception that carries them. */
@NullMarked
package io.millrace.contracts.error;

import org.jspecify.annotations.NullMarked;
