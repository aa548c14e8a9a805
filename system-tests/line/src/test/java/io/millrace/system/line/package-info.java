/**
 * The whole line as a user runs it: real broker, registry and database, the packaged services as
 * processes.
 */
@NullMarked
package io.millrace.system.line;

import org.jspecify.annotations.NullMarked;
