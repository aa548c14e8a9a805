package io.millrace.local.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether tables kept their promise, counted from the moment the whole line has caught up with what
 * came during its initial cut: when all tables were within their targets at one look. Where that
 * never was, each table counts from when itself was first within its own. One thread.
 */
final class Freshness {
  private final Map<String, Watched> tables = new TreeMap<>();
  private boolean caughtUp;

  /** A table that is to be judged. */
  private static final class Watched {
    private long target;
    private long last = -1;
    private long worst = -1;
    private long worstAt;
  }

  /**
   * A table that was late.
   *
   * @param worstMillis its greatest lag after it had caught up; its last one if it never had, -1
   *     without any
   * @param atMillis when that was
   */
  record Miss(String table, long worstMillis, long targetMillis, long atMillis) {}

  /** A table whose lag is not known yet. */
  void expect(String table) {
    tables.computeIfAbsent(table, t -> new Watched());
  }

  /**
   * A table's lag, as just measured.
   *
   * @param atMillis the time, since the watching began
   */
  void seen(String table, long lagMillis, long targetMillis, long atMillis) {
    Watched watched = tables.computeIfAbsent(table, t -> new Watched());
    watched.target = targetMillis;
    watched.last = lagMillis;
    boolean counts = watched.worst >= 0 || lagMillis <= targetMillis;
    if (counts && lagMillis > watched.worst) {
      watched.worst = lagMillis;
      watched.worstAt = atMillis;
    }
  }

  /**
   * Every table has been asked.
   *
   * @return whether the line has caught up just now
   */
  boolean caughtUpNow() {
    if (caughtUp
        || tables.isEmpty()
        || tables.values().stream().anyMatch(t -> t.last < 0 || t.last > t.target)) {
      return false;
    }
    caughtUp = true;
    tables.values().forEach(t -> t.worst = t.last);
    return true;
  }

  /** The tables that were late, by name. */
  List<Miss> misses() {
    List<Miss> misses = new ArrayList<>();
    tables.forEach((name, watched) -> {
      if (watched.worst < 0) {
        misses.add(new Miss(name, watched.last, watched.target, watched.worstAt));
      } else if (watched.worst > watched.target) {
        misses.add(new Miss(name, watched.worst, watched.target, watched.worstAt));
      }
    });
    return misses;
  }
}
