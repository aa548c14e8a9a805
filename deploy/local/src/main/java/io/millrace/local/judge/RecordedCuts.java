package io.millrace.local.judge;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.contracts.wire.Cut;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The cut log as it stands on Kafka now. */
final class RecordedCuts {
  private static final Duration POLL = Duration.ofMillis(200);

  private RecordedCuts() {}

  /** Folds the log to its end. */
  static CutLog read(KafkaConnection kafka, SchemaRegistry registry, String topic) {
    CutLog log = new CutLog(new News());
    each(
        kafka,
        topic,
        entry -> {
          Cut cut =
              WireFormat.decode(
                  entry.value(),
                  registry.byId(WireFormat.schemaId(entry.value())),
                  Cut.getClassSchema(),
                  Cut.class);
          log.append(entry.offset(), Instant.ofEpochMilli(entry.timestamp()), cut);
        });
    return log;
  }

  /** Gives every committed record of a topic's one partition to the taker. */
  static void each(
      KafkaConnection kafka, String topic, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var consumer = kafka.consumer("read_committed")) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = Map.copyOf(consumer.endOffsets(List.of(partition))).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        consumer.poll(POLL).records(partition).forEach(taker);
      }
    }
  }
}
