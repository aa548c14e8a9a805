package io.millrace.runtime;

import io.millrace.changelog.cut.CutArchive;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.Cut;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The topic of cuts, for those that are no longer in memory. */
@ApplicationScoped
public class CutTopic implements CutArchive {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int SILENT_POLLS_MAX = 150;

  private final KafkaConnection kafka;
  private final ControlSchemas schemas;
  private final TopicPartition partition;

  CutTopic(KafkaConnection kafka, ControlSchemas schemas, RuntimeConfig config) {
    this.kafka = kafka;
    this.schemas = schemas;
    this.partition = new TopicPartition(new Topics(config.topicPrefix()).cuts(), 0);
  }

  @Override
  public List<Cut> read(long from, int count) {
    List<Cut> cuts = new ArrayList<>(count);
    try (Consumer<byte[], byte[]> consumer = kafka.consumer("read_committed")) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      int silent = 0;
      while (cuts.size() < count && silent < SILENT_POLLS_MAX) {
        silent++;
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
          silent = 0;
          if (cuts.size() < count) {
            cuts.add(schemas.decode(entry.value(), Cut.getClassSchema(), Cut.class));
          }
        }
      }
    } catch (KafkaException e) {
      throw unread(from, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unread(from, e);
    }
    if (cuts.size() < count) {
      throw unread(from, null);
    }
    return cuts;
  }

  private MillraceException unread(long from, @Nullable Exception cause) {
    return new MillraceException(
        ChangelogError.CL_052_KAFKA_UNAVAILABLE,
        "cuts from " + from + " on cannot be read again from " + partition + ". It is tried again.",
        cause);
  }
}
