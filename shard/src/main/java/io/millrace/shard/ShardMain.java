package io.millrace.shard;

import io.micrometer.core.instrument.Metrics;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.lake.DailyVacuum;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.OutsiderPolicy;
import io.millrace.lake.Vacuumed;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Runs a loop for each shard that this instance holds and that has tables, or one for all of them.
 */
@ApplicationScoped
public class ShardMain implements ServiceMain {
  private static final long ARROW_BYTES_MAX = 512L << 20;
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

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
  private final ServedTables served;

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
      StatusBoard board,
      ServedTables served) {
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
    this.served = served;
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
                .open();
        DailyVacuum vacuum =
            new DailyVacuum(lake, config.lakeVacuum().retention(), ShardMain::count)) {
      duck.keepMirrorsOf(warehouse.tables().stream().map(Table::name).toList());
      var _ = lake.onOutsiders(OutsiderPolicy.valueOf(config.lakeOutsiders().name()));
      follow(
          new ShardSurroundings(
              warehouse,
              lake,
              vacuum,
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

  private static void count(TableName table, Vacuumed done) {
    Metrics.counter(io.millrace.contracts.Metrics.VACUUMED_FILES, "table", table.toString())
        .increment(done.files().size());
    Metrics.counter(io.millrace.contracts.Metrics.VACUUMED_BYTES, "table", table.toString())
        .increment((double) done.bytes());
  }

  /** Starts and stops loops as shards come and go, until interrupted. */
  private void follow(ShardSurroundings around) throws InterruptedException {
    Map<Integer, List<Table>> tables = tablesByShard(around.warehouse());
    served.are(tables.values().stream().flatMap(List::stream).toList());
    Map<Set<Integer>, Thread> loops = new HashMap<>();
    try {
      while (true) {
        Set<Integer> held = placement.held();
        Set<Set<Integer>> wanted = together(held, tables.keySet());
        stopAllBut(wanted, loops);
        loops.values().removeIf(loop -> !loop.isAlive()); // also one stopped late, or by an Error
        tables.forEach((number, own) -> {
          if (!held.contains(number)) {
            own.forEach(table -> board.gone(table.name().toString()));
          }
        });
        for (Set<Integer> numbers : wanted) {
          if (loops.keySet().stream().allMatch(l -> Collections.disjoint(l, numbers))) {
            loops.put(numbers, start(around, numbers, tables));
          }
        }
        board.beat("placement");
        placement.awaitOtherThan(held, LOOK);
      }
    } finally {
      board.ended("placement");
      stopAllBut(Set.of(), loops);
    }
  }

  /** The shards that are worked on by one loop each, of those that are held and have tables. */
  private Set<Set<Integer>> together(Set<Integer> held, Set<Integer> withTables) {
    Set<Integer> numbers = new TreeSet<>(held);
    numbers.retainAll(withTables);
    if (service.holdsShardsTogether()) {
      return numbers.isEmpty() ? Set.of() : Set.of(numbers);
    }
    return numbers.stream().map(Set::of).collect(Collectors.toSet());
  }

  private Thread start(
      ShardSurroundings around, Set<Integer> numbers, Map<Integer, List<Table>> tables) {
    List<Table> own =
        around.warehouse().tables().stream()
            .filter(
                t -> numbers.stream().anyMatch(n -> tables.getOrDefault(n, List.of()).contains(t)))
            .toList();
    return Thread.ofPlatform()
        .name("shard " + Shard.name(service.service(), numbers))
        .start(new ShardLoop(service, around, numbers, own));
  }

  /** One that does not end in time is waited for again: what it holds is not started meanwhile. */
  private static void stopAllBut(Set<Set<Integer>> wanted, Map<Set<Integer>, Thread> loops)
      throws InterruptedException {
    Map<Set<Integer>, Thread> others = new HashMap<>(loops);
    others.keySet().removeAll(wanted);
    others.values().forEach(Thread::interrupt);
    for (Map.Entry<Set<Integer>, Thread> loop : others.entrySet()) {
      if (loop.getValue().join(STOP_LIMIT)) {
        loops.remove(loop.getKey());
      }
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
