package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
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
import org.junit.jupiter.api.Test;

class IngestLoopTest {
  private final AtomicInteger tries = new AtomicInteger();

  /** Looks for a class when a producer is made; then the loop fails with whatever this says. */
  private final class Loader extends ClassLoader {
    private final Runnable failure;

    Loader(Runnable failure) {
      super(IngestLoopTest.class.getClassLoader());
      this.failure = failure;
    }

    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
      if (name.equals("failing")) {
        tries.incrementAndGet();
        failure.run();
      }
      return super.loadClass(name);
    }
  }

  @Test
  void saysThatASourceFailedWithoutACodeAndTakesItAgain() throws Exception {
    fails(
        () -> {
          throw new IllegalStateException("for the test");
        },
        3,
        "RETRYING",
        "ING-052 source crm failed with IllegalStateException");
  }

  @Test
  void doesNotEndInSilenceWithAnError() throws Exception {
    fails(
        () -> {
          throw new OutOfMemoryError("for the test");
        },
        3,
        "RETRYING",
        "ING-052 source crm failed with OutOfMemoryError");
  }

  @Test
  void stopsAtARowThatCannotBeSetAside() throws Exception {
    fails(
        () -> {
          throw new MillraceException(ChangelogError.CL_010_NULL_NOT_ALLOWED, "for the test");
        },
        1,
        "STOPPED",
        "CL-010 for the test");
  }

  private void fails(Runnable failure, int least, String state, String error) throws Exception {
    KafkaConnection kafka =
        new KafkaConnection("127.0.0.1:1", Map.of("partitioner.class", "failing"));
    StatusBoard board = new StatusBoard(new SimpleMeterRegistry());
    try (WarehouseTopics topics = new WarehouseTopics(kafka);
        SchemaRegistry registry = new SchemaRegistry(URI.create("http://127.0.0.1:1"))) {
      SourcePlan plan = plan();
      IngestLoop loop =
          new IngestLoop(plan, around(kafka, topics, registry), new SourceBoard(board, plan));
      Thread thread = Thread.ofPlatform().unstarted(loop);
      thread.setContextClassLoader(new Loader(failure));
      thread.start();
      await(() -> {
        SourceStatus status = Objects.requireNonNull(board.sources().get("crm"));
        return tries.get() >= least && status.state().equals(state);
      });
      SourceStatus status = Objects.requireNonNull(board.sources().get("crm"));
      assertThat(status.error()).startsWith(error);
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
