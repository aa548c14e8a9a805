package io.millrace.marts.refresh;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What refreshes of one table took, and which way is thought to be cheaper. Times are moving means
 * of what was measured: FULL as it is, incremental as a floor and a part that grows with the number
 * of changed rows. A way is left only for one that is clearly better; a way that was not taken for
 * long is tried again, for it may have become better meanwhile.
 */
final class Costs {
  /** What FULL and INCREMENTAL are called in {@link #predicted}. */
  static final String FULL = "FULL";

  static final String INCREMENTAL = "INCREMENTAL";

  private static final double NEWEST = 0.3;
  private static final double CLEARLY = 1.3;

  /** What is left of a bad opinion of the incremental way after a refresh that did not take it. */
  private static final double FORGIVING = 0.97;

  /**
   * The same of the whole query, down to a share of what it took. Trying it costs it twice, because
   * state has to be made anew after it. Its first run was cold and filled an empty table.
   */
  private static final double FULL_FORGIVING = 0.98;

  private static final double FULL_SHARE = 0.67;
  private static final double FIRST_FORGIVING = 0.85;
  private static final double FIRST_SHARE = 0.33;

  private static final double GIVE_UP = 3;
  private static final double GIVE_UP_LEAST_MILLIS = 2_000;
  private static final long FEW_ROWS = 100;

  /** A guess before anything was measured. */
  private static final double FLOOR_MILLIS = 5;

  private static final double ROWS_A_MILLISECOND = 200;

  private double fullMillis;
  private double fullMeasured;
  private int fullRuns;
  private double floorMillis = FLOOR_MILLIS;
  private double rowMillis = 1 / ROWS_A_MILLISECOND;
  private boolean full;

  /** Notes a run of the whole query. */
  void tookFull(double millis) {
    fullMeasured = fullRuns < 2 ? millis : mean(fullMeasured, millis);
    fullMillis = fullMeasured;
    fullRuns++;
  }

  /** Notes an incremental run over that many changed rows. */
  void tookIncremental(double millis, long rows) {
    if (rows <= FEW_ROWS) {
      floorMillis = mean(floorMillis, millis);
    } else {
      rowMillis = mean(rowMillis, Math.max(0, millis - floorMillis) / rows);
    }
  }

  /** Notes an incremental run that was given up after so long: it takes that at the least. */
  void gaveUp(double millis, long rows) {
    if (rows <= FEW_ROWS) {
      floorMillis = Math.max(floorMillis, millis);
    } else {
      rowMillis = Math.max(rowMillis, (millis - floorMillis) / rows);
    }
  }

  /** What each way is thought to take for that many changed rows, in milliseconds. */
  Map<String, Double> predicted(long rows) {
    Map<String, Double> predicted = new TreeMap<>();
    if (fullMillis > 0) {
      predicted.put(FULL, fullMillis);
    }
    predicted.put(INCREMENTAL, incremental(rows));
    return predicted;
  }

  /** Whether the whole query is thought to be cheaper. */
  boolean preferFull(long rows) {
    if (fullMillis == 0) {
      return false;
    }
    double incremental = incremental(rows);
    full = full ? fullMillis <= incremental * CLEARLY : fullMillis * CLEARLY < incremental;
    if (full) {
      floorMillis = forgiven(floorMillis, FLOOR_MILLIS);
      rowMillis = forgiven(rowMillis, 1 / ROWS_A_MILLISECOND);
    } else {
      boolean first = fullRuns < 2;
      fullMillis =
          Math.max(
              fullMeasured * (first ? FIRST_SHARE : FULL_SHARE),
              fullMillis * (first ? FIRST_FORGIVING : FULL_FORGIVING));
    }
    return full;
  }

  /** When an incremental run is to be given up; empty while nothing is known to compare with. */
  Optional<Duration> patience() {
    return fullMillis == 0
        ? Optional.empty()
        : Optional.of(
            Duration.ofMillis(Math.round(Math.max(GIVE_UP_LEAST_MILLIS, fullMeasured * GIVE_UP))));
  }

  private double incremental(long rows) {
    return floorMillis + rows * rowMillis;
  }

  private static double forgiven(double now, double guess) {
    return now > guess ? Math.max(guess, now * FORGIVING) : now;
  }

  private static double mean(double before, double now) {
    return before * (1 - NEWEST) + now * NEWEST;
  }
}
