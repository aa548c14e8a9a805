/** Tables in the lake compared with what their statements say. */
@NullMarked
package io.millrace.cli.verify;

import org.jspecify.annotations.NullMarked;
