package io.millrace.shard;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Service;
import io.millrace.contracts.Topics;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.OutsiderPolicy;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.RuntimeConfig;
import io.millrace.runtime.ServiceMain;
import io.millrace.runtime.StatusBoard;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Runs a loop for each shard that this instance holds and that has tables. */
@ApplicationScoped
public class ShardMain implements ServiceMain {
  private static final long ARROW_BYTES_MAX = 512L << 20;
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final long STOP_MILLIS = 15_000;

  private final RuntimeConfig config;
  private final ShardService service;
  private final Placement placement;
  private final KafkaConnection kafka;
  private final WarehouseTopics topics;
  private final SchemaRegistry registry;
  private final CutChannel cuts;
  private final PublicationChannel publications;
  private final DeadLetterChannel deadLetters;
  private final StatusBoard board;

  ShardMain(
      RuntimeConfig config,
      ShardService service,
      @Identifier("placement") Placement placement,
      KafkaConnection kafka,
      WarehouseTopics topics,
      SchemaRegistry registry,
      CutChannel cuts,
      PublicationChannel publications,
      DeadLetterChannel deadLetters,
      StatusBoard board) {
    this.config = config;
    this.service = service;
    this.placement = placement;
    this.kafka = kafka;
    this.topics = topics;
    this.registry = registry;
    this.cuts = cuts;
    this.publications = publications;
    this.deadLetters = deadLetters;
    this.board = board;
  }

  @Override
  public SchemaSource schemaSource() {
    return SchemaSource.REGISTRY;
  }

  @Override
  public void run(Warehouse warehouse) throws InterruptedException {
    Topics names = new Topics(config.topicPrefix());
    topics.createChangelog(
        names.deadLetters(service.service()), warehouse.settings().deadLetterRetention());
    Path state = stateFolder();
    try (BufferAllocator allocator = new RootAllocator(ARROW_BYTES_MAX);
        DuckDb duck =
            DuckDb.inDirectory(
                state, new DuckDb.Limits(config.duckdbMemory(), config.duckdbThreads(), "20GB"));
        Lake lake =
            new LakeLocation(
                    config.lake().orElse(warehouse.settings().lake()),
                    state.resolve("lake"),
                    config.lakeCacheBytes(),
                    config.s3Endpoint().orElse(null))
                .open()) {
      var _ = lake.onOutsiders(OutsiderPolicy.valueOf(config.lakeOutsiders().name()));
      follow(
          new ShardSurroundings(
              warehouse,
              lake,
              duck,
              allocator,
              kafka,
              topics,
              registry,
              names,
              cuts,
              publications,
              deadLetters,
              board,
              Clock.systemUTC()));
    }
  }

  /** Starts and stops loops as shards come and go, until interrupted. */
  private void follow(ShardSurroundings around) throws InterruptedException {
    Map<Integer, List<Table>> tables = tablesByShard(around.warehouse());
    Map<Integer, Thread> loops = new HashMap<>();
    try {
      while (true) {
        Set<Integer> held = placement.held();
        for (Integer number : Set.copyOf(loops.keySet())) {
          if (!held.contains(number)) {
            stop(loops.remove(number));
          }
        }
        for (Integer number : held) {
          List<Table> own = tables.get(number);
          if (own != null && !loops.containsKey(number)) {
            loops.put(number, start(around, number, own));
          }
        }
        board.beat("placement");
        placement.awaitOtherThan(held, LOOK);
      }
    } finally {
      board.ended("placement");
      loops.values().forEach(Thread::interrupt);
      for (Thread loop : loops.values()) {
        loop.join(STOP_MILLIS);
      }
    }
  }

  private Thread start(ShardSurroundings around, int number, List<Table> own) {
    return Thread.ofPlatform()
        .name("shard " + number)
        .start(new ShardLoop(service, around, number, own));
  }

  private static void stop(@org.jspecify.annotations.Nullable Thread loop)
      throws InterruptedException {
    if (loop != null) {
      loop.interrupt();
      loop.join(STOP_MILLIS);
    }
  }

  private Map<Integer, List<Table>> tablesByShard(Warehouse warehouse) {
    Map<Integer, List<Table>> byShard = new TreeMap<>();
    for (Table table : warehouse.tables()) {
      if (Service.of(table.name()) == service.service()) {
        byShard
            .computeIfAbsent(
                Service.shardOf(table.name(), warehouse.settings().shards()),
                n -> new java.util.ArrayList<>())
            .add(table);
      }
    }
    return byShard;
  }

  private Path stateFolder() {
    try {
      return config.state().isPresent()
          ? Files.createDirectories(config.state().get())
          : Files.createTempDirectory("millrace-" + config.service());
    } catch (IOException e) {
      throw new UncheckedIOException("creating the folder of local state", e);
    }
  }
}
