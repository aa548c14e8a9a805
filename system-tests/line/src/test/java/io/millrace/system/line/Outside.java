package io.millrace.system.line;

import io.millrace.local.PostgresAddress;
import io.millrace.local.Progress;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import java.nio.file.Path;

/**
 * What a line needs that is not Millrace: Kafka, a registry, PostgreSQL. The embedded stack, or,
 * with {@code -Pcontainers}, broker and database in containers.
 */
sealed interface Outside extends AutoCloseable permits Outside.Embedded, InContainers {
  /** The broker's {@code host:port}. */
  String kafkaBootstrap();

  /** The base of the registry's Confluent-compatible API. */
  String registryUrl();

  /** A database without tables, ready for logical decoding. */
  PostgresAddress postgres();

  @Override
  void close();

  /** Starts all three, with their data below the folder. */
  static Outside start(Path folder) throws InterruptedException {
    return Boolean.getBoolean("millrace.containers")
        ? InContainers.start(folder)
        : new Embedded(Stack.start(StackSpec.all(folder), Progress.silent()));
  }

  /** The embedded stack. */
  record Embedded(Stack stack) implements Outside {
    @Override
    public String kafkaBootstrap() {
      return stack.kafkaBootstrap();
    }

    @Override
    public String registryUrl() {
      return stack.registryUrl();
    }

    @Override
    public PostgresAddress postgres() {
      return stack.postgres();
    }

    @Override
    public void close() {
      stack.close();
    }
  }
}
