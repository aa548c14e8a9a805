package io.millrace.marts.control;

import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.TableName;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The orders of operators, folded from the cut log: what holds at a cut follows from the log alone,
 * whichever instance asks, and however often it started. One thread.
 */
public final class Orders {
  private final CutLog log;
  private final List<String> operators;
  private final Function<TableName, Collection<TableName>> upstream;
  private final ToLongFunction<TableName> made;
  private final Map<TableName, NavigableMap<Long, Boolean>> suspended = new HashMap<>();
  private final Map<TableName, NavigableSet<Long>> refreshes = new HashMap<>();
  private final Map<TableName, Map<String, Altered>> altered = new HashMap<>();
  private final Map<String, Long> folded = new HashMap<>();

  /**
   * A property that an order has set.
   *
   * @param cut the order's
   */
  record Altered(Order.Setting setting, long cut) {}

  /**
   * Nothing folded yet.
   *
   * @param operators the source names of operators' cuts, one a shard
   * @param upstream the dynamic tables that one reads, directly or not; none for an unknown name
   * @param made the next cut when a table was made: what was ordered before to last is of one that
   *     had its name
   */
  public Orders(
      CutLog log,
      List<String> operators,
      Function<TableName, Collection<TableName>> upstream,
      ToLongFunction<TableName> made) {
    this.log = log;
    this.operators = List.copyOf(operators);
    this.upstream = upstream;
    this.made = made;
  }

  /**
   * Takes in what was ordered since the last call.
   *
   * @return whether there was any order
   */
  public boolean follow() {
    boolean any = false;
    for (String operator : operators) {
      Optional<FoldedCut> next = log.nextOf(operator, folded.getOrDefault(operator, -1L));
      while (next.isPresent()) {
        long cut = next.get().number();
        Order.of(next.get()).ifPresent(order -> fold(order, cut));
        folded.put(operator, cut);
        next = log.nextOf(operator, cut);
        any = true;
      }
    }
    return any;
  }

  private void fold(Order order, long cut) {
    TableName table = TableName.parse(order.table());
    switch (order.action()) {
      case SUSPEND -> suspended.computeIfAbsent(table, t -> new TreeMap<>()).put(cut, true);
      case RESUME -> suspended.computeIfAbsent(table, t -> new TreeMap<>()).put(cut, false);
      case REFRESH -> {
        refreshes.computeIfAbsent(table, t -> new TreeSet<>()).add(cut);
        upstream
            .apply(table)
            .forEach(above -> refreshes.computeIfAbsent(above, t -> new TreeSet<>()).add(cut));
      }
      case ALTER ->
          order
              .properties()
              .forEach((property, setting) -> alter(table, property, new Altered(setting, cut)));
    }
  }

  private void alter(TableName table, String property, Altered to) {
    Map<String, Altered> of = altered.computeIfAbsent(table, t -> new TreeMap<>());
    if (to.setting().value() == null) {
      of.remove(property);
    } else {
      of.put(property, to);
    }
  }

  /** The properties of a table that were set by an order and not taken back, by their names. */
  Map<String, Altered> altered(TableName table) {
    Map<String, Altered> ordered = new TreeMap<>(altered.getOrDefault(table, Map.of()));
    if (!ordered.isEmpty()) {
      long since = made.applyAsLong(table);
      ordered.values().removeIf(order -> order.cut() < since);
    }
    return ordered;
  }

  /** Whether the table was suspended by an order before the cut, and not resumed. */
  public boolean suspendedAt(TableName table, long cut) {
    NavigableMap<Long, Boolean> orders = suspended.get(table);
    Map.Entry<Long, Boolean> last = orders == null ? null : orders.lowerEntry(cut);
    return last != null && last.getValue() && last.getKey() >= made.applyAsLong(table);
  }

  /** The first cut, from one on, at which the table is not suspended; empty while it is. */
  public OptionalLong goesOnFrom(TableName table, long cut) {
    if (!suspendedAt(table, cut)) {
      return OptionalLong.of(cut);
    }
    return suspended.getOrDefault(table, new TreeMap<>()).tailMap(cut, true).entrySet().stream()
        .filter(order -> !order.getValue())
        .mapToLong(order -> order.getKey() + 1)
        .findFirst();
  }

  /** The last refresh that was ordered of the table, after a cut. */
  public OptionalLong refreshAfter(TableName table, long cut) {
    NavigableSet<Long> orders = refreshes.get(table);
    return orders == null || orders.isEmpty() || orders.last() <= cut
        ? OptionalLong.empty()
        : OptionalLong.of(orders.last());
  }
}
