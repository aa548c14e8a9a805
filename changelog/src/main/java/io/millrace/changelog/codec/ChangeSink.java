package io.millrace.changelog.codec;

import org.jspecify.annotations.Nullable;

/** Takes encoded changes, one after the other, in the caller's thread. */
@FunctionalInterface
public interface ChangeSink {

  /**
   * Takes a record; the arrays are the sink's to keep.
   *
   * @param key null if the rows have no key
   * @param value the change
   */
  void accept(byte @Nullable [] key, byte[] value);
}
