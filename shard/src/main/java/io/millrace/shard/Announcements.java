package io.millrace.shard;

import io.millrace.contracts.TableName;
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
import java.util.Optional;

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
  private final Said said;
  private long lakeNanos;
  private boolean lakeStale;

  Announcements(Shard shard, int number, ShardWork work) {
    this.shard = shard;
    this.number = number;
    this.work = work;
    this.offsets = new GroupOffsets(shard);
    this.inLake = new ShardPositions(shard.around().lake());
    this.said =
        new Said(shard.service().id(), number, shard.around().warehouse().settings().retention());
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
    Optional<Published> statement =
        said.next(through, positions, versions, this::newest, System.nanoTime());
    if (statement.isPresent()) {
      shard.around().publications().announce(statement.get());
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

  private Optional<PublishedVersion> newest(TableName table) {
    return shard
        .around()
        .published()
        .newestAt(table, Long.MAX_VALUE)
        .map(v ->
            new PublishedVersion(
                table.toString(),
                v.tableId(),
                v.after(),
                v.version(),
                v.cut(),
                v.ranges().orElse(null)));
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
