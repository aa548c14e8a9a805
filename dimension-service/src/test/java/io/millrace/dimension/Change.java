package io.millrace.dimension;

import org.jspecify.annotations.Nullable;

/**
 * A change of one key's input row.
 *
 * @param key natural key
 * @param micros business time of the state
 * @param tie orders states of the same time
 * @param marked whether the row after says that it is a delete
 * @param state the row after; null when it is deleted
 */
record Change(long key, long micros, long tie, boolean marked, @Nullable State state) {

  static Change put(long key, long micros, @Nullable String segment, @Nullable String phone) {
    return new Change(key, micros, 0, false, new State(segment, phone));
  }

  static Change delete(long key) {
    return new Change(key, 0, 0, false, null);
  }

  /** Whether its row, in a history, is an end. */
  boolean ends() {
    return marked || state == null;
  }
}
