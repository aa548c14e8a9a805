package io.millrace.local.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether tables kept their promise: counted from the moment a table has caught up with its initial
 * cut, that is, when its lag was first within its target. One thread.
 */
final class Freshness {
  private final Map<String, Watched> tables = new TreeMap<>();

  /** A table that is to be judged. */
  private static final class Watched {
    private long target;
    private long last = -1;
    private long worst = -1;
  }

  /**
   * A table that was late.
   *
   * @param worstMillis its greatest lag after it had caught up; its last one if it never had, -1
   *     without any
   */
  record Miss(String table, long worstMillis, long targetMillis) {}

  /** A table whose lag is not known yet. */
  void expect(String table) {
    tables.computeIfAbsent(table, t -> new Watched());
  }

  /** A table's lag, as just measured. */
  void seen(String table, long lagMillis, long targetMillis) {
    Watched watched = tables.computeIfAbsent(table, t -> new Watched());
    watched.target = targetMillis;
    watched.last = lagMillis;
    if (watched.worst >= 0 || lagMillis <= targetMillis) {
      watched.worst = Math.max(watched.worst, lagMillis);
    }
  }

  /** The tables that were late, by name. */
  List<Miss> misses() {
    List<Miss> misses = new ArrayList<>();
    tables.forEach((name, watched) -> {
      if (watched.worst < 0) {
        misses.add(new Miss(name, watched.last, watched.target));
      } else if (watched.worst > watched.target) {
        misses.add(new Miss(name, watched.worst, watched.target));
      }
    });
    return misses;
  }
}
