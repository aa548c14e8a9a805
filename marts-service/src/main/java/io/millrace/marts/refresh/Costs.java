package io.millrace.marts.refresh;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What refreshes of one table took, and which way is thought to be cheaper. Times are moving means
 * of what was measured: FULL as it is, incremental as a floor and a part that grows with the number
 * of changed rows. A way is left only for one that is clearly better. The way not taken is tried
 * again, for it may have become better meanwhile, as soon as the trial costs no more than a share
 * of what the other took since: so in the long run a table costs little more than by the better
 * way, whatever that is and however much worse the other.
 */
final class Costs {
  /** What FULL and INCREMENTAL are called in {@link #predicted}. */
  static final String FULL = "FULL";

  static final String INCREMENTAL = "INCREMENTAL";

  private static final double NEWEST = 0.3;
  private static final double CLEARLY = 1.15;

  /** What trials may cost of all. */
  private static final double SHARE = 1 / 6.0;

  /** The whole query twice, because state has to be made anew after it. */
  private static final double FULL_TRIAL = 2;

  /** The whole query is tried only where the incremental way takes more than this part of it. */
  private static final double NEARLY = 0.67;

  /** The same after its first run, which was cold and filled an empty table. */
  private static final double FIRST_NEARLY = 0.33;

  private static final double FIRST_SHARE = 1 / 2.0;

  private static final double GIVE_UP = 3;
  private static final double GIVE_UP_LEAST_MILLIS = 2_000;
  private static final long FEW_ROWS = 100;

  /** A guess before anything was measured. */
  private static final double FLOOR_MILLIS = 5;

  private static final double ROWS_A_MILLISECOND = 200;

  private double fullMillis;
  private int fullRuns;
  private double floorMillis = FLOOR_MILLIS;
  private double rowMillis = 1 / ROWS_A_MILLISECOND;
  private boolean full;

  /** What the way that is taken took since the other was. */
  private double spentMillis;

  /** The way not thought to be cheaper is to be measured once. */
  private boolean trial;

  /** Notes a run of the whole query. */
  void tookFull(double millis) {
    boolean alone = (trial && full) || fullRuns < 2;
    fullMillis = mean(fullMillis, millis, alone ? 1 : NEWEST);
    fullRuns++;
    took(true, millis);
  }

  /** Notes an incremental run over that many changed rows. */
  void tookIncremental(double millis, long rows) {
    double newest = trial && !full ? 1 : NEWEST;
    if (rows <= FEW_ROWS || millis < floorMillis) {
      floorMillis = mean(floorMillis, millis, newest);
    }
    if (rows > FEW_ROWS) {
      rowMillis = mean(rowMillis, Math.max(0, millis - floorMillis) / rows, newest);
    }
    took(false, millis);
  }

  /** Notes an incremental run that was given up after so long: it takes that at the least. */
  void gaveUp(double millis, long rows) {
    if (rows <= FEW_ROWS) {
      floorMillis = Math.max(floorMillis, millis);
    } else {
      rowMillis = Math.max(rowMillis, (millis - floorMillis) / rows);
    }
    took(false, millis);
  }

  private void took(boolean whole, double millis) {
    if (whole == full) {
      spentMillis = trial ? 0 : spentMillis + millis;
      trial = false;
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

  /** Whether the whole query is to be run: thought to be cheaper, or on trial. */
  boolean preferFull(long rows) {
    if (fullMillis == 0 || trial) {
      return full;
    }
    double incremental = incremental(rows);
    boolean was = full;
    full = was ? fullMillis <= incremental * CLEARLY : fullMillis * CLEARLY < incremental;
    if (full != was) {
      spentMillis = 0;
    } else if (trialDue(incremental)) {
      full = !full;
      trial = true;
    }
    return full;
  }

  /** Whether the way taken is the one thought to be dearer. */
  boolean onTrial() {
    return trial;
  }

  private boolean trialDue(double incremental) {
    if (full) {
      return spentMillis * SHARE >= incremental;
    }
    boolean first = fullRuns < 2;
    return incremental > fullMillis * (first ? FIRST_NEARLY : NEARLY)
        && spentMillis * (first ? FIRST_SHARE : SHARE) >= fullMillis * FULL_TRIAL;
  }

  /** When an incremental run is to be given up; empty while nothing is known to compare with. */
  Optional<Duration> patience() {
    return fullMillis == 0
        ? Optional.empty()
        : Optional.of(
            Duration.ofMillis(Math.round(Math.max(GIVE_UP_LEAST_MILLIS, fullMillis * GIVE_UP))));
  }

  private double incremental(long rows) {
    return floorMillis + rows * rowMillis;
  }

  private static double mean(double before, double now, double newest) {
    return before * (1 - newest) + now * newest;
  }
}
