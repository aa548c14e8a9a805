/** A user's SELECT, checked, and run over the lake at one cut. */
@NullMarked
package io.millrace.cli.sql;

import org.jspecify.annotations.NullMarked;
