package io.millrace.shard;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Which shards this instance holds: the partitions of the publications' topic that Kafka's group
 * protocol gives to it. Being told late does no harm: a shard's next holder fences this one.
 */
@ApplicationScoped
@Identifier("placement")
public class Placement implements KafkaConsumerRebalanceListener {
  private final Set<Integer> held = new TreeSet<>();

  /** The shards held now. */
  public synchronized Set<Integer> held() {
    return Set.copyOf(held);
  }

  /** Waits until the shards held are others than these, at most {@code limit}. */
  synchronized void awaitOtherThan(Set<Integer> known, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (held.equals(known)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }

  @Incoming("placement")
  void read(ConsumerRecords<byte[], byte[]> ignored) {
    // Publications are read by PublicationChannel; this channel is here for its group.
  }

  @Override
  public synchronized void onPartitionsAssigned(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    partitions.forEach(p -> held.add(p.partition()));
    notifyAll();
  }

  @Override
  public synchronized void onPartitionsRevoked(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    partitions.forEach(p -> held.remove(p.partition()));
    notifyAll();
  }
}
