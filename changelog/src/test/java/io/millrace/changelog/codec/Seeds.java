package io.millrace.changelog.codec;

import java.util.stream.LongStream;

/** Seeds of random tests: new ones at each run, or one again with {@code -Dseed=N}. */
final class Seeds {
  private Seeds() {}

  static long[] of(int count) {
    String fixed = System.getProperty("seed");
    if (fixed != null) {
      return new long[] {Long.parseLong(fixed)};
    }
    long first = System.nanoTime();
    return LongStream.range(0, count).map(i -> first + i).toArray();
  }
}
