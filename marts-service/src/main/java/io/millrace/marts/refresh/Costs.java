package io.millrace.marts.refresh;

import java.util.Map;
import java.util.TreeMap;

/**
 * What refreshes of one table took, and which way is thought to be cheaper. Times are moving means
 * of what was measured: FULL as it is, incremental as a floor and a part that grows with the number
 * of changed rows. The way is left only for one that is clearly better.
 */
final class Costs {
  private static final double NEWEST = 0.3;
  private static final double CLEARLY = 1.3;

  /** A guess before anything was measured: rows that a millisecond takes. */
  private static final double ROWS_A_MILLISECOND = 200;

  private double fullMillis;
  private double floorMillis = 5;
  private double rowMillis = 1 / ROWS_A_MILLISECOND;
  private boolean full;

  /** Notes a run of the whole query. */
  void tookFull(double millis) {
    fullMillis = fullMillis == 0 ? millis : mean(fullMillis, millis);
  }

  /** Notes an incremental run over that many changed rows. */
  void tookIncremental(double millis, long rows) {
    if (rows <= 100) {
      floorMillis = mean(floorMillis, millis);
    } else {
      rowMillis = mean(rowMillis, Math.max(0, millis - floorMillis) / rows);
    }
  }

  /** What each way is thought to take for that many changed rows, in milliseconds. */
  Map<String, Double> predicted(long rows) {
    Map<String, Double> predicted = new TreeMap<>();
    predicted.put("FULL", fullMillis);
    predicted.put("INCREMENTAL", floorMillis + rows * rowMillis);
    return predicted;
  }

  /** Whether the whole query is thought to be cheaper. */
  boolean preferFull(long rows) {
    if (fullMillis == 0) {
      return false;
    }
    double incremental = floorMillis + rows * rowMillis;
    full = full ? fullMillis <= incremental * CLEARLY : fullMillis * CLEARLY < incremental;
    return full;
  }

  private static double mean(double before, double now) {
    return before * (1 - NEWEST) + now * NEWEST;
  }
}
