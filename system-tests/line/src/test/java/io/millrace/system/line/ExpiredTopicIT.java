package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Retention was faster than a follower. */
@OnSharedLine
class ExpiredTopicIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final TableName DIM_CUSTOMER = TableName.parse("dim.customer");
  private static final String TOPIC = "shop.staging.customer";
  private static final int MOVES = 4;

  private final Line line;

  ExpiredTopicIT(Line line) {
    this.line = line;
  }

  /** Each move is a cut of its own, so each must become a version of the customer. */
  @Test
  void keepsEveryVersionOfADimensionWhoseInputTopicHasExpired() throws Exception {
    long before = missMoves();
    deleteRecords(TOPIC);
    start(Service.DIMENSION);
    assertThat(versions()).isEqualTo(before + MOVES);
  }

  @Test
  void keepsEveryVersionOfADimensionWhenTheAnnouncementsHaveExpiredToo() throws Exception {
    long before = missMoves();
    line.kill(Service.STAGING);
    deleteRecords(TOPIC, "shop.millrace.published");
    start(Service.STAGING, Service.DIMENSION);
    assertThat(versions()).isEqualTo(before + MOVES);
    try (Cuts cuts = new Cuts(line)) {
      assertThat(cuts.held(TOPIC)).as("changes published again").isLessThan(100);
    }
  }

  /** What was missed is one change then, and what was there stays; a rebuild would lose it. */
  @Test
  void takesTheDifferenceWhenTheChangeFeedIsVacuumedAsWell() throws Exception {
    long before = missMoves();
    line.kill(Service.STAGING);
    deleteRecords(TOPIC, "shop.millrace.published");
    LocalFolder.delete(line.lake.resolve("staging/customer/_change_data"));
    start(Service.STAGING, Service.DIMENSION);
    assertThat(versions()).isEqualTo(before + 1);
    line.post(Service.DIMENSION, "/api/v1/tables/dim.customer/rebuild");
    move("after the rebuild");
    Verdict.drainedAndRight(line);
    assertThat(versions()).isEqualTo(before + 2);
    assertThat(Files.readString(line.folder.resolve("dimension.log")))
        .contains("DIM-004 table dim.customer", "DIM-003 table dim.customer");
  }

  /** Nothing that anybody needs is gone: the next records are the first that the topic holds. */
  @Test
  void goesOnWhenTheTopicOfAQuietTableHasExpired() throws Exception {
    move("before a long quiet");
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    deleteRecords("shop.raw.shop.customer", TOPIC);
    move("after a long quiet");
    Verdict.drainedAndRight(line);
  }

  /** The versions of a customer that its dimension has read; then some more, which it has not. */
  private long missMoves() throws Exception {
    move("read before");
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    long before = versions();
    line.kill(Service.DIMENSION);
    for (int i = 1; i <= MOVES; i++) {
      move("missed " + i);
      line.awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), LIMIT);
    }
    LocalFolder.delete(line.folder.resolve("state/dimension"));
    return before;
  }

  private void start(Service... services) throws Exception {
    for (Service service : services) {
      line.start(service);
    }
    Verdict.drainedAndRight(line);
  }

  private long versions() throws Exception {
    try (Truth truth = new Truth(line)) {
      return truth.count(
          "SELECT count(*) FROM "
              + truth.view(DIM_CUSTOMER, Long.MAX_VALUE)
              + " WHERE customer_key = 7");
    }
  }

  private void move(String address) throws Exception {
    try (Shop shop = new Shop(line)) {
      shop.transaction(
          "UPDATE customer SET c_address = '%s', updated_at = clock_timestamp() WHERE c_custkey = 7"
              .formatted(address));
    }
  }

  /** All that the topics hold: what was read and what was not. */
  private void deleteRecords(String... topics) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", line.stack.kafkaBootstrap());
    try (Admin admin = Admin.create(config)) {
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      admin
          .describeTopics(List.of(topics))
          .allTopicNames()
          .get()
          .forEach((topic, about) ->
              about
                  .partitions()
                  .forEach(p ->
                      all.put(
                          new TopicPartition(topic, p.partition()),
                          RecordsToDelete.beforeOffset(-1))));
      admin.deleteRecords(all).all().get();
    }
  }
}
