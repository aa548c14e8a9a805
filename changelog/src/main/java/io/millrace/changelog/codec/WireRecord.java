package io.millrace.changelog.codec;

import org.jspecify.annotations.Nullable;

/**
 * A record of a changelog topic as the broker holds it. The arrays are read, never changed or kept.
 *
 * @param key framed Avro of the key record; null where the rows have no key
 * @param value framed Avro of the change; null for a tombstone
 * @param partition its partition
 * @param offset its offset there
 */
public record WireRecord(
    byte @Nullable [] key, byte @Nullable [] value, int partition, long offset) {}
