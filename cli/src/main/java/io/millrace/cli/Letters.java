package io.millrace.cli;

import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.contracts.Headers;
import io.millrace.contracts.Service;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * The dead letters of a warehouse, each once.
 *
 * @param kafka the brokers
 * @param topics the warehouse's topics
 */
record Letters(KafkaConnection kafka, Topics topics) {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Those of a warehouse that runs. */
  static Letters of(RunFile run) {
    return new Letters(
        new KafkaConnection(run.kafka(), Map.of()),
        new Topics(WarehouseYaml.read(Path.of(run.warehouse()), System.getenv()).topicPrefix()));
  }

  /** A letter by id; the later of two with one id is the same letter. */
  Map<String, ConsumerRecord<byte[], byte[]>> all() {
    Map<String, ConsumerRecord<byte[], byte[]>> letters = new LinkedHashMap<>();
    try (Consumer<byte[], byte[]> consumer = kafka.consumer("read_committed")) {
      List<TopicPartition> partitions = new ArrayList<>();
      var known = consumer.listTopics();
      for (Service service : Service.values()) {
        known
            .getOrDefault(topics.deadLetters(service), List.of())
            .forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + LIMIT_NANOS;
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        if (System.nanoTime() > deadline) {
          throw new MillraceException(
              CliError.CLI_010_TOPIC_UNREADABLE,
              "the dead letters were not read within 60 s. See that Kafka runs.");
        }
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(letter -> letters.put(text(letter, Headers.ID), letter));
      }
    }
    return letters;
  }

  /** The text of a header, empty if it is not there. */
  static String text(ConsumerRecord<byte[], byte[]> letter, Headers header) {
    Header found = letter.headers().lastHeader(header.key());
    return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
  }
}
