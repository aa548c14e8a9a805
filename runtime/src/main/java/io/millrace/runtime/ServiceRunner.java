package io.millrace.runtime;

import io.millrace.changelog.topic.Retry;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.Warehouse;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts the service in a thread of its own: load the warehouse, create the control topics, run.
 * Told to stop, it interrupts that thread and waits for it.
 */
@ApplicationScoped
public class ServiceRunner {
  private static final Logger LOG = Logger.getLogger("millrace");
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final WarehouseLoader loader;
  private final WarehouseTopics topics;
  private final ServiceMain main;
  private final StatusBoard board;
  private final RuntimeConfig config;
  private @Nullable Thread thread;

  ServiceRunner(
      WarehouseLoader loader,
      WarehouseTopics topics,
      ServiceMain main,
      StatusBoard board,
      RuntimeConfig config) {
    this.loader = loader;
    this.topics = topics;
    this.main = main;
    this.board = board;
    this.config = config;
  }

  void start(@Observes StartupEvent event) {
    config.parentPid().ifPresent(ParentWatch::follow);
    thread = Thread.ofPlatform().name(config.service()).start(this::run);
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      running.join(STOP_LIMIT);
      LOG.infof("%s stopped", config.service());
    }
  }

  private void run() {
    try {
      Warehouse warehouse = loader.load(main.schemaSource());
      createControlTopics(warehouse);
      LOG.infof("%s runs warehouse %s", config.service(), warehouse.name());
      board.started();
      main.run(warehouse);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (MillraceException e) {
      LOG.error(e.getMessage());
      LOG.debug("cause", e);
      board.failed(e.getMessage());
      Quarkus.asyncExit(1);
    } catch (RuntimeException e) {
      LOG.error("the service failed in a way that no code was made for", e);
      board.failed(e.toString());
      Quarkus.asyncExit(1);
    }
  }

  private void createControlTopics(Warehouse warehouse) throws InterruptedException {
    Topics names = new Topics(config.topicPrefix());
    Retry retry = new Retry();
    board.waiting("Kafka at " + config.kafka());
    while (true) {
      try {
        topics.createCuts(names.cuts());
        topics.createPublished(
            names.published(), warehouse.settings().shards(), warehouse.settings().retention());
        return;
      } catch (MillraceException e) {
        LOG.warn(e.getMessage());
        retry.pauseOrThrow(e);
      }
    }
  }
}
