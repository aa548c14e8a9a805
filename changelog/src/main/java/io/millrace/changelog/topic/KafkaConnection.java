package io.millrace.changelog.topic;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How to reach the brokers. Everything that carries correctness (isolation, acks, idempotence) is
 * set here and wins over {@code settings}.
 *
 * @param bootstrap {@code host:port,...}
 * @param settings further client settings, such as security
 */
public record KafkaConnection(String bootstrap, Map<String, String> settings) {
  /** What a topic takes as one record, with what Kafka adds to it. */
  public static final int RECORD_BYTES_MAX = 16 << 20;

  /** Such a record as a dead letter, with the headers that say why it is one. */
  static final int LETTER_BYTES_MAX = RECORD_BYTES_MAX + (64 << 10);

  public KafkaConnection {
    settings = Map.copyOf(settings);
  }

  /**
   * A consumer of committed records that is never moved by itself: no group, no reset, no commit.
   */
  public Consumer<byte[], byte[]> consumer(String isolation) {
    Map<String, Object> config = base();
    config.put("isolation.level", isolation);
    config.put("auto.offset.reset", "none");
    config.put("enable.auto.commit", false);
    config.put("max.poll.records", 10_000);
    config.put("fetch.max.wait.ms", 50);
    config.put("allow.auto.create.topics", false);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** A producer with a transactional id: the next one with the same id fences it. */
  public Producer<byte[], byte[]> transactionalProducer(String transactionalId) {
    Map<String, Object> config = base();
    config.put("transactional.id", transactionalId);
    config.put("acks", "all");
    config.put("enable.idempotence", true);
    config.put("linger.ms", 5);
    config.put("batch.size", 262_144);
    config.put("compression.type", "lz4");
    config.put("buffer.memory", 67_108_864L);
    config.put("max.request.size", RECORD_BYTES_MAX);
    config.put("transaction.timeout.ms", 60_000);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** A client for topics and offsets. */
  public Admin admin() {
    Properties config = new Properties();
    config.putAll(base());
    return Admin.create(config);
  }

  private Map<String, Object> base() {
    Map<String, Object> config = new HashMap<>(settings);
    config.put("bootstrap.servers", bootstrap);
    return config;
  }
}
