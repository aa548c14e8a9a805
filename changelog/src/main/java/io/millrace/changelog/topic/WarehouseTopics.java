package io.millrace.changelog.topic;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates and looks at the topics of a warehouse. Closed by its creator; safe from any thread. */
public final class WarehouseTopics implements AutoCloseable {
  private static final long LIMIT_SECONDS = 30;

  private final Admin admin;
  private final Map<String, String> known = new ConcurrentHashMap<>();
  private final String bootstrap;

  public WarehouseTopics(KafkaConnection kafka) {
    this(kafka.admin(), kafka.bootstrap());
  }

  WarehouseTopics(Admin admin, String bootstrap) {
    this.admin = admin;
    this.bootstrap = bootstrap;
  }

  /**
   * Creates a topic of one partition that keeps records for {@code retention}, unless it is there.
   */
  public void createChangelog(String topic, Duration retention) {
    create(
        topic,
        1,
        Map.of(
            "cleanup.policy",
            "delete",
            "retention.ms",
            Long.toString(retention.toMillis()),
            "max.message.bytes",
            Integer.toString(KafkaConnection.LETTER_BYTES_MAX)));
  }

  /** Creates the cut log, kept for ever and stamped by the broker, unless it is there. */
  public void createCuts(String topic) {
    create(
        topic,
        1,
        Map.of(
            "cleanup.policy",
            "delete",
            "retention.ms",
            "-1",
            "retention.bytes",
            "-1",
            "message.timestamp.type",
            "LogAppendTime"));
  }

  /**
   * Creates the publications' topic with a partition a shard, unless it is there.
   *
   * @throws MillraceException CL-059 if it is there with another number of shards
   */
  public void createPublished(String topic, int shards, Duration retention) {
    create(
        topic,
        shards,
        Map.of("cleanup.policy", "delete", "retention.ms", Long.toString(retention.toMillis())));
    int there = describe(topic).map(d -> d.partitions().size()).orElse(shards);
    if (there != shards) {
      throw new MillraceException(
          ChangelogError.CL_059_SHARDS_CHANGED,
          "the warehouse was started with "
              + there
              + " shards (the partitions of "
              + topic
              + "), warehouse.yml says "
              + shards
              + ". The number is fixed at the first start: set shards: "
              + there);
    }
  }

  /** Deletes a topic with all its records, if it is there. */
  public void delete(String topic) {
    if (describe(topic).isPresent()) {
      var _ = get(admin.deleteTopics(List.of(topic)).all(), "delete topic " + topic);
    }
  }

  /** The topic's id and partition count; empty if it does not exist. */
  public Optional<TopicDescription> describe(String topic) {
    try {
      return Optional.ofNullable(
          get(
                  admin
                      .describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(30_000))
                      .allTopicNames(),
                  "describe topic " + topic)
              .get(topic));
    } catch (MillraceException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The ids that topics have now, which change when a topic is deleted and created again. */
  public Map<String, String> ids(Collection<String> topics) {
    Map<String, String> ids = new HashMap<>();
    for (String topic : topics) {
      describe(topic).ifPresent(d -> ids.put(topic, d.topicId().toString()));
    }
    known.putAll(ids);
    return ids;
  }

  /** As {@link #ids}, but a topic is asked for only once in this client's life. */
  public Map<String, String> knownIds(Collection<String> topics) {
    Map<String, String> ids = new HashMap<>();
    for (String topic : topics) {
      String id = known.get(topic);
      ids.putAll(id == null ? ids(List.of(topic)) : Map.of(topic, id));
    }
    return ids;
  }

  /** First offset that the partition still holds. */
  public long start(TopicPartition partition) {
    return offset(partition, OffsetSpec.earliest());
  }

  /** The offset behind the partition's newest record, committed or not. */
  public long end(TopicPartition partition) {
    return offset(partition, OffsetSpec.latest());
  }

  /** Sets the offsets of a group without members, for lag tools. Not waited for. */
  public void commitOffsets(String group, Map<TopicPartition, Long> offsets) {
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    offsets.forEach((partition, offset) -> committed.put(partition, new OffsetAndMetadata(offset)));
    var _ = admin.alterConsumerGroupOffsets(group, committed);
  }

  private long offset(TopicPartition partition, OffsetSpec spec) {
    ListOffsetsResultInfo info =
        get(
            admin.listOffsets(Map.of(partition, spec)).partitionResult(partition),
            "read the offsets of " + partition);
    return info.offset();
  }

  private void create(String topic, int partitions, Map<String, String> config) {
    if (describe(topic).isPresent()) {
      return;
    }
    NewTopic wanted =
        new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(config);
    try {
      get(admin.createTopics(List.of(wanted)).all(), "create topic " + topic);
    } catch (MillraceException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private <T> T get(KafkaFuture<T> future, String what) {
    try {
      return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw unreachable(what, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw unreachable(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(what, e);
    }
  }

  private MillraceException unreachable(String what, Throwable cause) {
    return new MillraceException(
        ChangelogError.CL_052_KAFKA_UNAVAILABLE,
        "could not "
            + what
            + " at Kafka "
            + bootstrap
            + " ("
            + cause.getClass().getSimpleName()
            + "). Check that the brokers run and that this service may use them.",
        cause);
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
