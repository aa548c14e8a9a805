package io.millrace.lake;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a shard of a service has come: its tables are right through one cut, except those that
 * are behind.
 *
 * @param service the service's name
 * @param shard the shard's number
 * @param through the cut
 * @param behind of tables that are not that far, the cut that they are right through
 * @param tables all tables of the shard
 * @param rounds per table the cuts of its rounds that readers may still ask for
 */
public record ShardPosition(
    String service,
    int shard,
    long through,
    Map<String, Long> behind,
    List<String> tables,
    Map<String, List<Long>> rounds) {

  public ShardPosition {
    behind = Collections.unmodifiableSortedMap(new TreeMap<>(behind));
    tables = List.copyOf(tables);
    rounds = Collections.unmodifiableSortedMap(new TreeMap<>(rounds));
  }
}
