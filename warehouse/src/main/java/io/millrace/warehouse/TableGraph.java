package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which table reads which.
 *
 * @param order inputs before those that read them, ties by name; tables on a circle are among them,
 *     at the place where they were cut out
 * @param cycles each a list of tables, every one of which reads the next, the last the first; the
 *     least name first
 */
record TableGraph(List<TableName> order, List<List<TableName>> cycles) {

  /**
   * Sorts tables.
   *
   * @param inputs table -> the tables it reads
   */
  static TableGraph of(Map<TableName, List<TableName>> inputs) {
    Map<TableName, Set<TableName>> waiting = new TreeMap<>();
    inputs.forEach((table, read) -> waiting.put(table, new TreeSet<>(read)));
    List<TableName> order = new ArrayList<>();
    List<List<TableName>> cycles = new ArrayList<>();
    while (!waiting.isEmpty()) {
      List<TableName> ready =
          waiting.entrySet().stream()
              .filter(e -> e.getValue().stream().noneMatch(waiting::containsKey))
              .map(Map.Entry::getKey)
              .limit(1)
              .toList();
      if (ready.isEmpty()) {
        ready = cycle(waiting);
        cycles.add(ready);
      }
      order.addAll(ready);
      ready.forEach(waiting::remove);
    }
    return new TableGraph(order, cycles);
  }

  /** Every waiting table reads a waiting one, so following them meets a table again. */
  private static List<TableName> cycle(Map<TableName, Set<TableName>> waiting) {
    List<TableName> path = new ArrayList<>();
    Set<TableName> seen = new HashSet<>();
    TableName table = waiting.keySet().iterator().next();
    while (seen.add(table)) {
      path.add(table);
      table =
          waiting.getOrDefault(table, Set.of()).stream()
              .filter(waiting::containsKey)
              .findFirst()
              .orElseThrow();
    }
    List<TableName> cycle = new ArrayList<>(path.subList(path.indexOf(table), path.size()));
    int least = cycle.indexOf(new TreeSet<>(cycle).first());
    Collections.rotate(cycle, -least);
    return cycle;
  }
}
