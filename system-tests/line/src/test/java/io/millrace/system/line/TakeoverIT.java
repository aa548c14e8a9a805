package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.Service;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two ingest instances on one source: the log decides between them. */
@OnSharedLine
class TakeoverIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String SOURCE = "shop";
  private static final String ORDERS = "shop.raw.shop.orders";

  private final Line line;
  private final long seed = Long.getLong("millrace.seed", Clock.systemUTC().millis());

  TakeoverIT(Line line) {
    this.line = line;
  }

  @Test
  void ignoresTheCutOfAnIngestThatWasPausedBeforeItAndTakenOverMeanwhile() throws Exception {
    try (Cuts cuts = new Cuts(line);
        Line second = line.beside("second")) {
      FoldedCut before;
      try (ShopWorkload _ = workload()) {
        before = pauseBetweenDataAndCut(cuts);
        second.start(Service.INGEST);
        second.awaitStatus(
            Service.INGEST, LIMIT, "a cut of its own", s -> cut(s) > before.number());
        line.signal(Service.INGEST, "CONT");
        line.awaitStatus(
            Service.INGEST,
            LIMIT,
            "ING-050",
            s -> source(s).path("error").asText().contains("ING-050"));
        pause(1_000);
        long taken = cut(second.status(Service.INGEST).orElseThrow());
        second.stop(Service.INGEST);
        line.awaitStatus(Service.INGEST, LIMIT, "cuts again", s -> cut(s) > taken);
      }
      Verdict.drainedAndRight(line);
      assertThat(cuts.of(SOURCE))
          .as("the late cut is in the log, invalid, and nothing is read of it")
          .anyMatch(cut -> cut.number() > before.number() && !cut.valid());
      assertRangesDoNotOverlap(cuts);
      assertPositionsAgree(cuts);
    }
  }

  @Test
  void losesNothingWhenAnIngestPausedAtAnyMomentIsTakenOver() throws Exception {
    Random random = new Random(seed);
    try (Cuts cuts = new Cuts(line);
        Line second = line.beside("third")) {
      try (ShopWorkload _ = workload()) {
        pause(500 + random.nextInt(2_000));
        line.signal(Service.INGEST, "STOP");
        long before = cuts.last(SOURCE).number();
        second.start(Service.INGEST);
        second.awaitStatus(Service.INGEST, LIMIT, "a cut of its own", s -> cut(s) > before);
        second.kill(Service.INGEST);
        line.signal(Service.INGEST, "CONT");
        long taken = cuts.last(SOURCE).number();
        line.awaitStatus(Service.INGEST, LIMIT, "cuts again", s -> cut(s) > taken);
      }
      Verdict.drainedAndRight(line);
      assertRangesDoNotOverlap(cuts);
      assertPositionsAgree(cuts);
    }
  }

  private ShopWorkload workload() {
    return ShopWorkload.start(
        line.stack.postgres(), ShopWorkload.Settings.usual(seed), Progress.silent());
  }

  /**
   * Stops ingest where its data are committed and their cut is not appended. A quota on the
   * producer of cuts makes that place wide; whether it was hit is read from the topics.
   *
   * @return the source's last valid cut
   */
  private FoldedCut pauseBetweenDataAndCut(Cuts cuts) throws Exception {
    limitCuts(200.0);
    try {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < deadline) {
        if (cuts.holdsUnannounced(ORDERS)) {
          line.signal(Service.INGEST, "STOP");
          if (cuts.holdsUnannounced(ORDERS)) {
            return cuts.last(SOURCE);
          }
          line.signal(Service.INGEST, "CONT");
        }
      }
      throw new AssertionError("ingest was never seen between data and cut");
    } finally {
      limitCuts(null);
    }
  }

  private void limitCuts(@Nullable Double bytesPerSecond) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", line.stack.kafkaBootstrap());
    try (Admin admin = Admin.create(config)) {
      ClientQuotaEntity client =
          new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "kafka-producer-cut"));
      ClientQuotaAlteration.Op limit =
          new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond);
      admin
          .alterClientQuotas(List.of(new ClientQuotaAlteration(client, List.of(limit))))
          .all()
          .get();
    }
  }

  private static void assertRangesDoNotOverlap(Cuts cuts) {
    Map<String, Long> ends = new HashMap<>();
    List<String> overlaps = new ArrayList<>();
    for (FoldedCut cut : cuts.of(SOURCE)) {
      cut.ranges()
          .forEach((topic, ranges) -> {
            for (OffsetRange range : ranges) {
              if (range.getStart() < ends.getOrDefault(topic, 0L)) {
                overlaps.add(topic + " in cut " + cut.number());
              }
              ends.put(topic, range.getEnd());
            }
          });
    }
    assertThat(overlaps).isEmpty();
  }

  /** What ingest says, what the log says, and what the server may forget. */
  private void assertPositionsAgree(Cuts cuts) throws Exception {
    JsonNode source = source(line.status(Service.INGEST).orElseThrow());
    FoldedCut last = cuts.last(SOURCE);
    assertThat(source.path("cut").asLong()).isLessThanOrEqualTo(last.number());
    assertThat(source.path("position").asText())
        .isEqualTo(cuts.log().cut(source.path("cut").asLong()).to().orElseThrow());
    try (Shop shop = new Shop(line)) {
      String ahead =
          shop.value(
              "SELECT count(*) FROM pg_replication_slots WHERE confirmed_flush_lsn > '0/0'::pg_lsn + %s"
                  .formatted(lsn(last.to().orElseThrow())));
      assertThat(ahead).as("slots confirmed beyond the log").isEqualTo("0");
    }
  }

  private static String lsn(String position) {
    return position.replaceAll(".*\"lsn\":(\\d+).*", "$1");
  }

  private static JsonNode source(JsonNode status) {
    return status.path("sources").path(0);
  }

  private static long cut(JsonNode status) {
    return source(status).path("cut").asLong(-1);
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
