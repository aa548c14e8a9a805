package io.millrace.ingest;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Topics;
import io.millrace.ingest.api.ApiReader;
import io.millrace.ingest.cdc.CdcReader;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.RuntimeConfig;
import io.millrace.runtime.ServiceMain;
import io.millrace.runtime.StatusBoard;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.TargetLag;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.SecretValues;
import io.millrace.warehouse.source.Source;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Runs a loop for each source of the warehouse. */
@ApplicationScoped
public class IngestMain implements ServiceMain {
  private static final long STOP_MILLIS = 15_000;
  private static final Duration HEARTBEAT_MIN = Duration.ofSeconds(1);
  private static final Duration HEARTBEAT_MAX = Duration.ofSeconds(10);

  private final RuntimeConfig config;
  private final KafkaConnection kafka;
  private final WarehouseTopics topics;
  private final SchemaRegistry registry;
  private final CutChannel cuts;
  private final StatusBoard board;

  IngestMain(
      RuntimeConfig config,
      KafkaConnection kafka,
      WarehouseTopics topics,
      SchemaRegistry registry,
      CutChannel cuts,
      StatusBoard board) {
    this.config = config;
    this.kafka = kafka;
    this.topics = topics;
    this.registry = registry;
    this.cuts = cuts;
    this.board = board;
  }

  @Override
  public SchemaSource schemaSource() {
    return SchemaSource.REGISTRY_THEN_LIVE;
  }

  @Override
  public void run(Warehouse warehouse) throws InterruptedException {
    IngestSurroundings around =
        new IngestSurroundings(
            kafka,
            topics,
            registry,
            cuts,
            new Topics(config.topicPrefix()),
            warehouse.settings().retention());
    List<Thread> loops =
        warehouse.sources().stream()
            .map(source -> plan(warehouse, source))
            .map(plan -> new IngestLoop(plan, around, new SourceBoard(board, plan)))
            .map(loop -> Thread.ofPlatform().name("source " + loop.name()).start(loop))
            .toList();
    try {
      for (Thread loop : loops) {
        loop.join();
      }
    } finally {
      loops.forEach(Thread::interrupt);
      for (Thread loop : loops) {
        loop.join(STOP_MILLIS);
      }
    }
  }

  private static SourcePlan plan(Warehouse warehouse, Source source) {
    Duration least = leastLag(warehouse);
    Duration heartbeat = heartbeat(least);
    return switch (source) {
      case CdcSource cdc ->
          new SourcePlan(
              cdc,
              "cdc",
              warehouse.settings().cutInterval(),
              heartbeat,
              TargetLag.period(least),
              position -> openCdc(cdc, position, heartbeat));
      case ApiSource api ->
          new SourcePlan(
              api,
              "api",
              warehouse.settings().cutInterval(),
              heartbeat,
              TargetLag.period(least),
              position ->
                  new ApiReader(
                      api,
                      position.orElse(null),
                      secret -> SecretValues.resolve(secret, System.getenv()),
                      Clock.systemUTC(),
                      RandomGenerator.getDefault()));
    };
  }

  private static SourceReader openCdc(
      CdcSource cdc, Optional<String> position, Duration heartbeat) {
    String password = SecretValues.require(cdc.password(), System.getenv());
    return CdcReader.open(cdc, password, position.orElse(null), heartbeat);
  }

  private static Duration leastLag(Warehouse warehouse) {
    return Stream.concat(
            Stream.of(warehouse.settings().targetLag()),
            warehouse.dynamicTables().stream().map(DynamicTable::targetLag))
        .filter(TargetLag.Within.class::isInstance)
        .map(lag -> ((TargetLag.Within) lag).lag())
        .min(Comparator.naturalOrder())
        .orElse(HEARTBEAT_MAX.multipliedBy(4));
  }

  /** A quarter of the least target lag, 1 to 10 s. */
  private static Duration heartbeat(Duration least) {
    Duration quarter = least.dividedBy(4);
    if (quarter.compareTo(HEARTBEAT_MIN) < 0) {
      return HEARTBEAT_MIN;
    }
    return quarter.compareTo(HEARTBEAT_MAX) > 0 ? HEARTBEAT_MAX : quarter;
  }
}
