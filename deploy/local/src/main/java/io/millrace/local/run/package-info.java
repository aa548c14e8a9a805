/**
 * The demo, and a user's warehouse, on one machine: the stack and the four services as children.
 */
@NullMarked
package io.millrace.local.run;

import org.jspecify.annotations.NullMarked;
