/** The ingest service: reads sources, writes raw topics, announces cuts, confirms. */
@NullMarked
package io.millrace.ingest;

import org.jspecify.annotations.NullMarked;
