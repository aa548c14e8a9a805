package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.range.RangeReader;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.wire.OffsetRange;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A source that says nothing for longer than a broker keeps a transaction open, a minute; too long
 * for every run of the tests.
 */
@EnabledIfSystemProperty(named = "millrace.long", matches = "true")
@OnSharedLine
class SlowWriterIT {
  private static final String TOPIC = "shop.raw.slow";
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(75);

  private final KafkaConnection kafka;

  SlowWriterIT(Line line) {
    this.kafka = new KafkaConnection(line.stack.kafkaBootstrap(), Map.of());
  }

  @Test
  void isNotEndedByTheBrokerAmidARange() {
    try (WarehouseTopics topics = new WarehouseTopics(kafka)) {
      topics.createChangelog(TOPIC, Duration.ofHours(1));
      List<OffsetRange> ranges;
      try (RangeWriter writer = new RangeWriter(kafka, topics, "shop.ingest.slow")) {
        writer.send(TOPIC, null, new byte[] {1});
        long start = System.nanoTime();
        while (System.nanoTime() - start < SILENCE_NANOS) {
          writer.commitIfLong();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        writer.send(TOPIC, null, new byte[] {2});
        ranges = writer.finish().getOrDefault(TOPIC, List.of());
      }
      try (RangeReader reader = new RangeReader(kafka, topics)) {
        Iterator<?> batches = reader.read(TOPIC, ranges);
        int records = 0;
        while (batches.hasNext()) {
          records += ((List<?>) batches.next()).size();
        }
        assertThat(records).isEqualTo(2);
      }
      topics.delete(TOPIC);
    }
  }
}
