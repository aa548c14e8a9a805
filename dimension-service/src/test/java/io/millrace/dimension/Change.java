package io.millrace.dimension;

import org.jspecify.annotations.Nullable;

/**
 * A change of one key's input row.
 *
 * @param key natural key
 * @param micros business time of the state
 * @param state the row after; null when it is deleted
 */
record Change(long key, long micros, @Nullable State state) {

  static Change put(long key, long micros, @Nullable String segment, @Nullable String phone) {
    return new Change(key, micros, new State(segment, phone));
  }

  static Change delete(long key) {
    return new Change(key, 0, null);
  }
}
