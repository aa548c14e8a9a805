/** Avro records in the Confluent wire format. */
@NullMarked
package io.millrace.changelog.wire;

import org.jspecify.annotations.NullMarked;
