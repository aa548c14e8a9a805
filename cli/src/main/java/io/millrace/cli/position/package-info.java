/** How far tables in the lake are, and which cuts they share. */
@NullMarked
package io.millrace.cli.position;

import org.jspecify.annotations.NullMarked;
