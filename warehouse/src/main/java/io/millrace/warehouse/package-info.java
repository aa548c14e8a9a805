/**
 * The warehouse folder as records: sources (YAML) and tables (SQL), bound and checked. Every error
 * names its file and line; nothing is started from a folder with errors.
 */
@NullMarked
package io.millrace.warehouse;

import org.jspecify.annotations.NullMarked;
