package io.millrace.cli.verify;

import io.millrace.changelog.topic.KafkaConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Times of cuts from the cut log: a record's LogAppendTime, greatest so far. One thread. */
public final class KafkaCutTimes implements CutTimes, AutoCloseable {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition log;

  /**
   * @param topic the cut log
   */
  public KafkaCutTimes(KafkaConnection kafka, String topic) {
    this.consumer = kafka.consumer("read_uncommitted");
    this.log = new TopicPartition(topic, 0);
    consumer.assign(List.of(log));
  }

  @Override
  public Optional<Instant> at(long cut) {
    consumer.seekToBeginning(List.of(log));
    long greatest = Long.MIN_VALUE;
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(Duration.ofMillis(200))) {
        greatest = Math.max(greatest, entry.timestamp());
        if (entry.offset() == cut) {
          return Optional.of(Instant.ofEpochMilli(greatest));
        }
      }
      if (Map.copyOf(consumer.endOffsets(List.of(log))).getOrDefault(log, 0L) <= cut) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
