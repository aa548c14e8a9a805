/** Reads REST APIs in sync runs, each of which is one cut. */
@NullMarked
package io.millrace.ingest.api;

import org.jspecify.annotations.NullMarked;
