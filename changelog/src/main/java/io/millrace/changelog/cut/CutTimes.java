package io.millrace.changelog.cut;

import java.time.Instant;
import java.util.Arrays;

/** The time of every cut, eight bytes each: it never goes back. */
final class CutTimes {
  private long[] millis = new long[1024];
  private int size;

  /** The next cut's time; an earlier one than the last counts as the last. */
  Instant add(Instant time) {
    long at = size == 0 ? time.toEpochMilli() : Math.max(time.toEpochMilli(), millis[size - 1]);
    if (size == millis.length) {
      millis = Arrays.copyOf(millis, size + size / 2);
    }
    millis[size] = at;
    size++;
    return Instant.ofEpochMilli(at);
  }

  Instant at(long number) {
    return Instant.ofEpochMilli(millis[Math.toIntExact(number)]);
  }

  /** How many cuts are before the boundary. */
  long before(Instant boundary) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (millis[middle] < boundary.toEpochMilli()) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  long size() {
    return size;
  }
}
