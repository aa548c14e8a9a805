/**
 * Databases read from their log: the snapshot by our own SELECTs under the slot's exported
 * snapshot, the log behind it by embedded Debezium, both meeting at one LSN.
 */
@NullMarked
package io.millrace.ingest.cdc;

import org.jspecify.annotations.NullMarked;
