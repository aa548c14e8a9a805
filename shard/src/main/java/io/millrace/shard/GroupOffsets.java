package io.millrace.shard;

import io.millrace.changelog.topic.WarehouseTopics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * The watermarks of a shard's tables as offsets of one Kafka group a table, {@code
 * <prefix>.<table>}, for lag tools. They follow the tables, are never read by Millrace, and are not
 * waited for.
 */
final class GroupOffsets {
  private static final long OFTEN_NANOS = Duration.ofSeconds(2).toNanos();

  private final Shard shard;
  private long committedNanos = System.nanoTime() - TimeUnit.HOURS.toNanos(1);

  GroupOffsets(Shard shard) {
    this.shard = shard;
  }

  void commit(List<WrittenTable> tables) {
    if (System.nanoTime() - committedNanos < OFTEN_NANOS) {
      return;
    }
    committedNanos = System.nanoTime();
    WarehouseTopics topics = shard.around().topics();
    for (WrittenTable table : tables) {
      Map<TopicPartition, Long> offsets = table.topicOffsets();
      if (!offsets.isEmpty()) {
        topics.commitOffsets(shard.around().names().table(table.name()), offsets);
      }
    }
  }
}
