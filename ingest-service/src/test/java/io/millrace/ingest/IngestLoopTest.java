package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Topics;
import io.millrace.runtime.SourceStatus;
import io.millrace.runtime.StatusBoard;
import io.millrace.warehouse.source.ApiSource;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IngestLoopTest {
  private static final AtomicInteger TRIES = new AtomicInteger();

  /** A Kafka client's plug-in that fails as no code foresees, whenever a producer is made. */
  public static final class Failing implements ProducerInterceptor<byte[], byte[]> {
    @Override
    public void configure(Map<String, ?> config) {
      throw new IllegalStateException("try " + TRIES.incrementAndGet());
    }

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> sent) {
      return sent;
    }

    @Override
    public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception error) {}

    @Override
    public void close() {}
  }

  @Test
  void saysThatASourceFailedWithoutACodeAndTakesItAgain() throws Exception {
    KafkaConnection kafka =
        new KafkaConnection("127.0.0.1:1", Map.of("interceptor.classes", Failing.class.getName()));
    StatusBoard board = new StatusBoard(new SimpleMeterRegistry());
    try (WarehouseTopics topics = new WarehouseTopics(kafka);
        SchemaRegistry registry = new SchemaRegistry(URI.create("http://127.0.0.1:1"))) {
      SourcePlan plan = plan();
      IngestLoop loop =
          new IngestLoop(plan, around(kafka, topics, registry), new SourceBoard(board, plan));
      Thread thread = Thread.ofPlatform().start(loop);
      await(() -> TRIES.get() >= 3);
      SourceStatus status = Objects.requireNonNull(board.sources().get("crm"));
      assertThat(status.state()).isEqualTo("RETRYING");
      assertThat(status.error())
          .contains("ING-052", "KafkaException", "Nothing of it was announced");
      assertThat(board.mostSilent()).as("the loop's heartbeat").isPresent();
      thread.interrupt();
      thread.join(5_000);
      assertThat(thread.isAlive()).isFalse();
      assertThat(board.mostSilent()).as("the heartbeat of a loop that ended").isEmpty();
    }
  }

  private static SourcePlan plan() {
    ApiSource source =
        new ApiSource(
            "crm",
            URI.create("http://127.0.0.1:1"),
            new ApiSource.Auth.None(),
            Map.of(),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            1,
            List.of(),
            1,
            List.of());
    return new SourcePlan(
        source,
        "api",
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        position -> {
          throw new AssertionError("a source is opened only after its writer");
        });
  }

  @SuppressWarnings("NullAway") // the cut log is read only after the writer was made
  private static IngestSurroundings around(
      KafkaConnection kafka, WarehouseTopics topics, SchemaRegistry registry) {
    return new IngestSurroundings(
        kafka, topics, registry, null, new Topics("crm"), Duration.ofDays(1));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
