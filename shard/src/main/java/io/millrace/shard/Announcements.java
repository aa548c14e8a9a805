package io.millrace.shard;

import io.millrace.contracts.wire.Behind;
import io.millrace.contracts.wire.Published;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.ShardPosition;
import io.millrace.lake.ShardPositions;
import io.millrace.warehouse.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a shard says of its tables: a statement whenever they have moved, then the same in the lake
 * for readers without Kafka, then Kafka's group offsets for lag tools.
 */
final class Announcements {
  private static final Duration LAKE_SILENCE_MAX = Duration.ofSeconds(60);

  private final Shard shard;
  private final int number;
  private final ShardWork work;
  private final GroupOffsets offsets;
  private final ShardPositions inLake;
  private final Map<String, Long> said = new HashMap<>();
  private long lakeNanos;
  private boolean lakeStale;

  Announcements(Shard shard, int number, ShardWork work) {
    this.shard = shard;
    this.number = number;
    this.work = work;
    this.offsets = new GroupOffsets(shard);
    this.inLake = new ShardPositions(shard.around().lake());
  }

  /** Announces what has changed since the last time, if anything has. */
  void announce() {
    List<PublishedVersion> versions = new ArrayList<>();
    Map<String, Long> positions = lastAnnounced();
    long through = -1;
    for (WrittenTable table : tables()) {
      versions.addAll(table.takePublished());
      positions.put(table.name().toString(), table.through());
      through = Math.max(through, table.through());
    }
    if (!positions.equals(said) || !versions.isEmpty()) {
      shard.around().publications().announce(statement(through, positions, versions));
      said.clear();
      said.putAll(positions);
      lakeStale = true;
      offsets.commit(tables());
    }
    long since = System.nanoTime() - lakeNanos;
    Duration often = shard.around().warehouse().settings().cutInterval();
    if ((lakeStale && since >= often.toNanos()) || since >= LAKE_SILENCE_MAX.toNanos()) {
      writeToLake(through, positions);
    }
  }

  /**
   * Where the tables were when something was last said of them. Those not open stay there, and
   * those that the folder no longer has, so that one which returns goes on where it was.
   */
  private Map<String, Long> lastAnnounced() {
    Map<String, Long> positions = new HashMap<>();
    shard
        .around()
        .published()
        .tables(shard.service(), number)
        .forEach((table, at) -> positions.put(table.toString(), at));
    for (Table table : shard.tables()) {
      if (shard.numberOf(table.name()) == number) {
        positions.put(table.name().toString(), shard.around().published().through(table.name()));
      }
    }
    return positions;
  }

  private List<WrittenTable> tables() {
    return work.tables().stream().filter(t -> shard.numberOf(t.name()) == number).toList();
  }

  private Published statement(
      long through, Map<String, Long> positions, List<PublishedVersion> versions) {
    List<Behind> behind = new ArrayList<>();
    positions.forEach((table, at) -> {
      if (at < through || !said.containsKey(table)) {
        behind.add(new Behind(table, at));
      }
    });
    return new Published(shard.service().id(), number, through, behind, versions);
  }

  private void writeToLake(long through, Map<String, Long> positions) {
    Map<String, Long> behind = new HashMap<>();
    Map<String, List<Long>> rounds = new HashMap<>();
    positions.forEach((table, at) -> {
      if (at < through) {
        behind.put(table, at);
      }
    });
    for (WrittenTable table : tables()) {
      if (!table.rounds().isEmpty()) {
        rounds.put(table.name().toString(), table.rounds());
      }
    }
    inLake.write(
        new ShardPosition(
            shard.service().id(),
            number,
            through,
            behind,
            positions.keySet().stream().sorted().toList(),
            rounds));
    lakeNanos = System.nanoTime();
    lakeStale = false;
  }
}
