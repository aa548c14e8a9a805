package io.millrace.runtime;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;

/** The clients of the outside that all parts of a service share. */
@ApplicationScoped
public class Clients {

  @Produces
  @Singleton
  KafkaConnection kafka(RuntimeConfig config) {
    return new KafkaConnection(config.kafka(), config.kafkaSettings());
  }

  @Produces
  @Singleton
  WarehouseTopics topics(KafkaConnection kafka) {
    return new WarehouseTopics(kafka);
  }

  void close(@Disposes WarehouseTopics topics) {
    topics.close();
  }

  @Produces
  @Singleton
  SchemaRegistry registry(RuntimeConfig config) {
    return new SchemaRegistry(URI.create(config.registry()));
  }
}
