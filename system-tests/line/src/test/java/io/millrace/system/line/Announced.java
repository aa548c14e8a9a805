package io.millrace.system.line;

import io.millrace.changelog.News;
import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Published;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What the services of a line announce, read as followers read it: the moment when a table shows a
 * cut, without asking a service. One thread.
 */
final class Announced implements AutoCloseable {
  private static final String TOPIC = "shop.millrace.published";
  private static final Duration POLL = Duration.ofMillis(20);

  private final SchemaRegistry registry;
  private final Consumer<byte[], byte[]> published;
  private final PublishedLog log;

  /** Reads from the beginning, once a service has made the topic. */
  Announced(Line line, Duration limit) {
    this.registry = new SchemaRegistry(URI.create(line.stack.registryUrl()));
    this.published =
        new KafkaConnection(line.stack.kafkaBootstrap(), Map.of()).consumer("read_uncommitted");
    long deadline = System.nanoTime() + limit.toNanos();
    while (!published.listTopics().containsKey(TOPIC)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no service has made " + TOPIC + " within " + limit);
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    List<TopicPartition> partitions =
        published.partitionsFor(TOPIC).stream()
            .map(partition -> new TopicPartition(TOPIC, partition.partition()))
            .toList();
    this.log = new PublishedLog(partitions.size(), new News());
    published.assign(partitions);
    published.seekToBeginning(partitions);
  }

  /** Waits until all these tables were said to be right through the cut. */
  void await(Collection<TableName> tables, long cut, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (tables.stream().anyMatch(table -> log.through(table) < cut)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(tables + " did not show cut " + cut + " within " + limit);
      }
      for (ConsumerRecord<byte[], byte[]> entry : published.poll(POLL)) {
        log.append(
            entry.partition(),
            entry.offset(),
            WireFormat.decode(
                entry.value(),
                registry.byId(WireFormat.schemaId(entry.value())),
                Published.getClassSchema(),
                Published.class));
      }
    }
  }

  @Override
  public void close() {
    published.close();
    registry.close();
  }
}
