package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.local.Progress;
import io.millrace.local.github.GithubWorkload;
import io.millrace.local.shop.ShopLoader;
import io.millrace.local.shop.ShopWorkload;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables are a function of the cut log and the raw topics: taken again into an empty lake, all cuts
 * at hand from the start and services killed meanwhile, they give the same rows, histories and
 * surrogate keys included, at every cut.
 */
@EnabledIfSystemProperty(named = "millrace.long", matches = "true")
class ReplayIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final List<Service> FOLLOWERS =
      List.of(Service.STAGING, Service.DIMENSION, Service.MARTS);
  private static final Topics TOPICS = new Topics("shop");
  private static final int CUTS_COMPARED = 6;

  private final long seed = Long.getLong("millrace.seed", Clock.systemUTC().millis());
  private final Random random = new Random(seed);

  @Test
  void givesTheSameTablesFromTheSameCutsInOtherSteps(@TempDir Path folder) throws Exception {
    try (Line line = new Line(folder)) {
      ShopLoader.load(line.stack.postgres(), ShopLoader.SMALL, Progress.silent());
      line.startAll();
      ShopWorkload.Settings settings =
          new ShopWorkload.Settings(20, 3, seed, ShopWorkload.Settings.ENDLESS);
      try (ShopWorkload _ = ShopWorkload.start(line.stack.postgres(), settings, Progress.silent());
          GithubWorkload _ = GithubWorkload.start(line.github.organization(), 2)) {
        line.awaitShown(Instant.EPOCH, LIMIT);
        killEach(line, List.of(Service.values()));
      }
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
      line.kill(Service.INGEST);
      try (Cuts cuts = new Cuts(line)) {
        awaitEnd(line, cuts.log());
        for (Service service : FOLLOWERS) {
          line.kill(service);
        }
        forgetAllButCutsAndRawTopics(line);
        replay(line, cuts.log());
      }
    }
  }

  private void replay(Line line, CutLog log) throws Exception {
    try (Line again = line.onAnEmptyLake("again")) {
      for (Service service : FOLLOWERS) {
        again.start(service);
      }
      killEach(again, FOLLOWERS);
      awaitEnd(again, log);
      try (TwoLakes lakes = new TwoLakes(line.lake, again.lake, again.folder.resolve("spill"))) {
        assertThat(differences(lakes, log.end() - 1)).as("seed %d", seed).isEmpty();
      }
    }
  }

  private void killEach(Line line, List<Service> services) throws Exception {
    List<Service> order = new ArrayList<>(services);
    Collections.shuffle(order, random);
    for (Service service : order) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(1_500)));
      line.kill(service);
      line.start(service);
    }
  }

  /** What followers have said and written is gone, as if they had never run. */
  private static void forgetAllButCutsAndRawTopics(Line line) throws Exception {
    try (Admin admin = kafka(line).admin()) {
      Set<String> told =
          admin.listTopics().names().get().stream()
              .filter(t -> t.startsWith(TOPICS.prefix() + "."))
              .filter(t -> !t.startsWith(TOPICS.prefix() + ".raw.") && !t.equals(TOPICS.cuts()))
              .collect(Collectors.toSet());
      assertThat(told).contains(TOPICS.published());
      admin.deleteTopics(told).all().get();
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!Collections.disjoint(admin.listTopics().names().get(), told)) {
        assertThat(System.nanoTime()).as("topics are deleted in time").isLessThan(deadline);
      }
    }
  }

  /** Waits until every table has come as far as this log, which has ended, can bring it. */
  private static void awaitEnd(Line line, CutLog log) throws InterruptedException {
    for (Service service : FOLLOWERS) {
      line.await(
          service,
          LIMIT,
          "the end of the cut log",
          table -> table.path("through").asLong(-1) >= lastCut(service, table, log));
    }
  }

  /** Marts are right at round cuts: the last before a multiple of their period. */
  private static long lastCut(Service service, JsonNode table, CutLog log) {
    long last = log.end() - 1;
    if (service != Service.MARTS) {
      return last;
    }
    long lagSeconds = table.path("targetLagMillis").asLong() / 1000;
    long period = Long.highestOneBit(Math.max(1, lagSeconds / 2));
    long boundary = Math.floorDiv(log.cut(last).at().getEpochSecond(), period) * period;
    return log.lastBefore(Instant.ofEpochSecond(boundary)).orElse(-1);
  }

  /**
   * At some cuts and, but for marts, at the end of the log. Slow marts may share none: what they
   * show first is what was there when they were made.
   */
  private List<String> differences(TwoLakes lakes, long last) {
    List<String> found = new ArrayList<>();
    for (TableName name : lakes.tables()) {
      boolean rounds = Service.of(name) == Service.MARTS;
      SortedSet<Long> cuts = rounds ? lakes.sharedCuts(name) : lakes.allCuts(name);
      List<Long> some = new ArrayList<>(cuts.tailSet(0L));
      Collections.shuffle(some, random);
      some = new ArrayList<>(some.subList(0, Math.min(CUTS_COMPARED, some.size())));
      if (!rounds) {
        some.add(last);
      }
      some.stream()
          .map(cut -> lakes.difference(name, cut))
          .filter(difference -> !difference.isEmpty())
          .forEach(found::add);
    }
    return found;
  }

  private static KafkaConnection kafka(Line line) {
    return new KafkaConnection(line.stack.kafkaBootstrap(), Map.of());
  }
}
