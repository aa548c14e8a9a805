package io.millrace.system.line;

import io.millrace.local.Part;
import io.millrace.local.PostgresAddress;
import io.millrace.local.Progress;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import java.nio.file.Path;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Kafka and PostgreSQL in containers, by the images of {@code millrace.kafka.image} and {@code
 * millrace.postgres.image}; the registry stays the embedded one.
 */
record InContainers(KafkaContainer kafka, PostgreSQLContainer database, Stack registry)
    implements Outside {

  static InContainers start(Path folder) throws InterruptedException {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      throw new AssertionError(
          "-Pcontainers: no container engine answers. Start one or set DOCKER_HOST, or leave"
              + " -Pcontainers out: the embedded stack needs none.");
    }
    KafkaContainer kafka =
        new KafkaContainer(image("millrace.kafka.image", "apache/kafka"))
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000");
    PostgreSQLContainer database =
        new PostgreSQLContainer(image("millrace.postgres.image", "postgres"))
            .withDatabaseName("shop")
            .withUsername("millrace")
            .withPassword("millrace")
            .withCommand("postgres", "-c", "wal_level=logical");
    kafka.start();
    database.start();
    return new InContainers(
        kafka, database, Stack.start(StackSpec.of(folder, Part.REGISTRY), Progress.silent()));
  }

  private static DockerImageName image(String property, String original) {
    return DockerImageName.parse(System.getProperty(property)).asCompatibleSubstituteFor(original);
  }

  @Override
  public String kafkaBootstrap() {
    return kafka.getBootstrapServers().replaceFirst("^.*://", "");
  }

  @Override
  public String registryUrl() {
    return registry.registryUrl();
  }

  @Override
  public PostgresAddress postgres() {
    return new PostgresAddress(
        database.getHost(),
        database.getFirstMappedPort(),
        database.getUsername(),
        database.getPassword(),
        database.getDatabaseName());
  }

  @Override
  public void close() {
    registry.close();
    database.stop();
    kafka.stop();
  }
}
