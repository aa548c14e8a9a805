package io.millrace.marts;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import java.sql.Connection;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The row changes of one input by cut, as a table in local DuckDB: the input's columns, {@code
 * _weight} and {@code _cut}; and which version of the input showed them. It is whole from a cut on;
 * what came before is not told. So the input's rows can be had as they were at any cut since.
 */
final class ChangeLog {
  /** Beyond so many rows, a reader that is behind is computed as a whole rather than waited for. */
  static final long ROWS_KEPT = 1_000_000;

  private static final Logger LOG = Logger.getLogger("millrace.refresh");

  private final Connection duck;
  private final String table;
  private final RowSchema schema;
  private final NavigableMap<Long, Position> versions = new TreeMap<>();
  private final Map<Span, String> nets = new HashMap<>();
  private long wholeAfter;

  /** Cuts after one and up to another. */
  private record Span(long after, long to) {}

  /**
   * An empty log.
   *
   * @param table its name as SQL text, quoted; replaced if it is there
   */
  ChangeLog(Connection duck, String table, RowSchema schema) {
    this.duck = duck;
    this.table = table;
    this.schema = schema;
    begin(Long.MAX_VALUE, Position.NONE);
  }

  /**
   * Forgets all: changes after this cut will follow, earlier ones are unknown.
   *
   * @param shown the version that shows the cut
   */
  void begin(long cut, Position shown) {
    StringBuilder columns = new StringBuilder();
    schema
        .columns()
        .forEach(c ->
            columns.append(Sql.name(c.name())).append(' ').append(c.type().sql()).append(", "));
    Sql.run(
        duck,
        "CREATE OR REPLACE TABLE %s (%s_weight BIGINT, _cut BIGINT)".formatted(table, columns));
    restart(cut, shown);
  }

  /** As {@link #begin}, whatever state DuckDB is in: what it holds of earlier cuts is not read. */
  void restart(long cut, Position shown) {
    nets.clear();
    wholeAfter = cut;
    versions.clear();
    versions.put(cut, shown);
  }

  /**
   * Adds changes of a cut: a relation with the input's columns and {@code _weight}. The rows have
   * them already, so where they cannot be kept, the log begins anew at the cut, and no reader goes
   * past them unknowing.
   *
   * @param shown the version that shows them
   */
  void add(String changes, long cut, Position shown) {
    if (wholeAfter == Long.MAX_VALUE) {
      return;
    }
    try {
      dropNets();
      Sql.run(
          duck,
          "INSERT INTO %s SELECT %s, _weight, %d FROM %s"
              .formatted(table, Sql.names(schema.names()), cut, changes));
      versions.put(cut, shown);
    } catch (MillraceException e) {
      LOG.warnf(e, "%s of cut %d are not kept: their readers are computed as a whole", table, cut);
      restart(cut, shown);
    }
  }

  /** The cut from which on rows and changes can be had. */
  long wholeAfter() {
    return wholeAfter;
  }

  /** Whether rows changed after one cut and up to another; true where that is not known. */
  boolean changed(long after, long to) {
    Long last = versions.floorKey(to);
    return last == null || last > after;
  }

  /** The version that showed the rows at a cut. */
  Position shownAt(long cut) {
    Map.Entry<Long, Position> shown = versions.floorEntry(cut);
    return shown == null ? Position.NONE : shown.getValue();
  }

  /**
   * What stands in FROM for the rows as they were at a cut.
   *
   * @param rows the relation of the rows as they are now, after the newest change of this log
   */
  String rowsAt(long cut, String rows) {
    if (versions.lastKey() <= cut) {
      return rows;
    }
    String names = Sql.names(schema.names());
    String since = between(cut, Long.MAX_VALUE);
    return schema.key().isEmpty() ? bagAt(names, rows, since) : keyedAt(names, rows, since);
  }

  private String keyedAt(String names, String rows, String since) {
    String same =
        schema.key().stream()
            .map(k -> "r.%1$s IS NOT DISTINCT FROM s.%1$s".formatted(Sql.name(k)))
            .collect(Collectors.joining(" AND "));
    return "(SELECT %1$s FROM %2$s r ANTI JOIN %3$s s ON %4$s UNION ALL SELECT %1$s FROM %3$s WHERE _weight < 0)"
        .formatted(names, rows, since, same);
  }

  private static String bagAt(String names, String rows, String since) {
    return "(SELECT %1$s FROM (SELECT %1$s, sum(_weight)::BIGINT AS _weight FROM (SELECT %1$s, 1 AS _weight FROM %2$s UNION ALL SELECT %1$s, -_weight FROM %3$s) GROUP BY ALL), range(_weight))"
        .formatted(names, rows, since);
  }

  /** Whether all changes after this cut are there. */
  boolean coversAfter(long cut) {
    return cut >= wholeAfter;
  }

  /**
   * The relation of the net changes after one cut and up to another, computed once for all readers.
   * It is there until the log changes.
   */
  String net(long after, long to) {
    return nets.computeIfAbsent(
        new Span(after, to),
        _ -> {
          String name = Sql.name("net %d of %s".formatted(nets.size(), table));
          Sql.run(
              duck,
              "CREATE OR REPLACE TEMP TABLE %s AS FROM %s".formatted(name, between(after, to)));
          return "temp.main." + name;
        });
  }

  private void dropNets() {
    nets.values().forEach(net -> Sql.run(duck, "DROP TABLE IF EXISTS " + net));
    nets.clear();
  }

  private String between(long after, long to) {
    return "(SELECT %s, sum(_weight)::BIGINT AS _weight FROM %s WHERE _cut > %d AND _cut <= %d GROUP BY ALL HAVING sum(_weight) <> 0)"
        .formatted(Sql.names(schema.names()), table, after, to);
  }

  /** Drops what DuckDB holds of it; it cannot be asked any more. */
  void drop() {
    dropNets();
    Sql.run(duck, "DROP TABLE IF EXISTS " + table);
  }

  /** How many rows it has. */
  long rows() {
    return Sql.number(duck, "SELECT count(*) FROM " + table);
  }

  /**
   * Lets go of changes that all readers have taken; of a log longer than the limit also of those
   * that only the ones furthest behind have not, in the end of all: they are computed as a whole.
   *
   * @param readers the cuts that they have reached
   * @param cut the newest
   * @param rowsKept the limit
   */
  void forget(Collection<Long> readers, long cut, long rowsKept) {
    dropNets();
    TreeSet<Long> steps = new TreeSet<>(readers);
    steps.add(cut);
    for (long step : steps) {
      forgetThrough(step);
      if (rows() <= rowsKept) {
        return;
      }
    }
  }

  private void forgetThrough(long cut) {
    if (rows() > 0) {
      Sql.run(duck, "DELETE FROM %s WHERE _cut <= %d".formatted(table, cut));
    }
    if (wholeAfter != Long.MAX_VALUE) {
      wholeAfter = Math.max(wholeAfter, cut);
    }
    Long shown = versions.floorKey(cut);
    if (shown != null) {
      versions.headMap(shown).clear();
    }
  }
}
