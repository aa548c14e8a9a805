package io.millrace.local;

import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.Children;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Kafka, registry and PostgreSQL as children of this process, on {@code 127.0.0.1}. The children
 * end with this process, however it ends. When one dies by itself the others are stopped. Data stay
 * in the data folder; a later start on it continues with them, perhaps on other ports.
 *
 * <p>The caller closes it. Safe for use by several threads.
 */
public final class Stack implements AutoCloseable {
  private final Set<Part> parts;
  private final Ports ports;
  private final DataFolder folder;
  private final Children children = new Children();
  private volatile @Nullable PostgresAddress postgres;

  private Stack(Set<Part> parts, Ports ports, DataFolder folder) {
    this.parts = parts;
    this.ports = ports;
    this.folder = folder;
  }

  /**
   * Starts the wanted parts side by side and returns when all are ready; when one fails, none runs.
   *
   * @throws MillraceException LOC-001 to LOC-007
   */
  public static Stack start(StackSpec spec, Progress progress) throws InterruptedException {
    DataFolder folder = DataFolder.take(spec.dataDir());
    try {
      Stack stack = new Stack(spec.parts(), Ports.of(spec.portBase()), folder);
      stack.startParts(spec, progress);
      return stack;
    } catch (MillraceException | InterruptedException e) {
      folder.close();
      throw e;
    }
  }

  /** The broker's {@code host:port}. */
  public String kafkaBootstrap() {
    require(Part.KAFKA);
    return Ports.HOST + ":" + ports.kafka();
  }

  /** The base of the registry's Confluent-compatible API. */
  public String registryUrl() {
    require(Part.REGISTRY);
    return String.format(Locale.ROOT, "http://%s:%d/apis/ccompat/v7", Ports.HOST, ports.registry());
  }

  /** How to reach PostgreSQL. */
  public PostgresAddress postgres() {
    require(Part.POSTGRES);
    return Objects.requireNonNull(postgres);
  }

  /**
   * Completes when the stack has ended: normally after {@link #close}, else with the {@link
   * MillraceException} (LOC-003) that names the child that died.
   */
  public CompletableFuture<Void> ended() {
    return children.ended();
  }

  /**
   * Returns when another thread has closed the stack.
   *
   * @throws MillraceException LOC-003 when a child died instead
   */
  public void awaitEnd() throws InterruptedException {
    try {
      ended().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MillraceException death) {
        throw death;
      }
      throw new IllegalStateException("The stack ended for no known reason", e);
    }
  }

  /** Stops the children, each cleanly if it ends within 10 s, and releases the folder. */
  @Override
  public void close() {
    try {
      children.close();
    } finally {
      folder.close();
    }
  }

  private void startParts(StackSpec spec, Progress progress) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ExecutorCompletionService<Part> starts = new ExecutorCompletionService<>(threads);
      parts.forEach(part -> starts.submit(() -> startPart(part, spec, progress)));
      try {
        for (int left = parts.size(); left > 0; left--) {
          starts.take().get();
        }
        folder.note(children.all());
      } catch (ExecutionException e) {
        threads.shutdownNow();
        children.close();
        throw reason(e);
      } catch (InterruptedException | MillraceException e) {
        threads.shutdownNow();
        children.close();
        throw e;
      }
    }
  }

  private Part startPart(Part part, StackSpec spec, Progress progress) throws InterruptedException {
    long begin = System.nanoTime();
    String where =
        switch (part) {
          case KAFKA -> {
            KafkaPart.start(children, spec.dataDir(), ports);
            yield "Kafka at " + kafkaBootstrap();
          }
          case REGISTRY -> {
            RegistryPart.start(children, spec.dataDir(), ports);
            yield "Registry at " + registryUrl();
          }
          case POSTGRES -> {
            PostgresAddress address = PostgresPart.start(children, spec.dataDir(), ports);
            postgres = address;
            yield "PostgreSQL at " + address;
          }
        };
    progress.line(
        String.format(
            Locale.ROOT,
            "%s, ready after %.1f s",
            where,
            Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0));
    return part;
  }

  /** The child that died first explains more than the parts that were stopped because of it. */
  private MillraceException reason(ExecutionException failure) {
    CompletableFuture<Void> ended = children.ended();
    if (ended.isCompletedExceptionally()
        && ended.exceptionNow() instanceof MillraceException death) {
      return death;
    }
    if (failure.getCause() instanceof MillraceException cause) {
      return cause;
    }
    throw new IllegalStateException("A part of the stack could not be started", failure.getCause());
  }

  private void require(Part part) {
    if (!parts.contains(part)) {
      throw new IllegalStateException("The stack was started without " + part);
    }
  }
}
