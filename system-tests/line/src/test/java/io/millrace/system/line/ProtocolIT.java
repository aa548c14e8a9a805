package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the protocol promises, each promise tried on one running line, in this order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProtocolIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int TRANSACTIONS = 40;
  private static final TableName CUSTOMER = TableName.parse("staging.customer");
  private static final TableName ORDERS = TableName.parse("staging.orders");
  private static final TableName DIM_CUSTOMER = TableName.parse("dim.customer");

  private Line line;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    line = new Line(folder);
    ShopLoader.load(line.stack.postgres(), ShopLoader.SMALL, Progress.silent());
    line.startAll();
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
  }

  @AfterAll
  void stop() {
    line.close();
  }

  /** A customer moves and places two orders in one transaction, again and again. */
  @Test
  @Order(1)
  void showsASourceTransactionWholeOrNotAtAllAtEveryCut() throws Exception {
    var postgres = line.stack.postgres();
    try (Connection shop =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement sql = shop.createStatement()) {
      shop.setAutoCommit(false);
      for (int i = 1; i <= TRANSACTIONS; i++) {
        sql.execute(
            "UPDATE customer SET c_address = 'mark %d', updated_at = clock_timestamp() WHERE c_custkey = 1"
                .formatted(i));
        for (int n = 0; n < 2; n++) {
          sql.execute(
              "INSERT INTO orders SELECT %d, 1, o_orderstatus, o_totalprice, o_orderdate, o_orderpriority, 'mark %d', o_shippriority, o_comment, now(), now() FROM orders WHERE o_orderkey = 1"
                  .formatted(10_000_000 + 2 * i + n, i));
        }
        shop.commit();
        sql.execute("SELECT pg_sleep(0.15)");
        shop.commit();
      }
    }
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    try (Truth truth = new Truth(line)) {
      Set<Long> cuts = new TreeSet<>(truth.cutsOf(CUSTOMER));
      cuts.addAll(truth.cutsOf(ORDERS));
      long steps = 0;
      long before = 0;
      for (long cut : cuts) {
        long marks =
            truth.count(
                "SELECT coalesce(max(TRY_CAST(replace(address, 'mark ', '') AS BIGINT)), 0) FROM "
                    + truth.view(CUSTOMER, cut)
                    + " WHERE customer_key = 1");
        long orders =
            truth.count(
                "SELECT count(*) FROM " + truth.view(ORDERS, cut) + " WHERE clerk LIKE 'mark %'");
        assertThat(orders)
            .as("orders at cut %d, where mark %d is seen", cut, marks)
            .isEqualTo(2 * marks);
        steps += marks > before ? 1 : 0;
        before = marks;
      }
      assertThat(before).isEqualTo(TRANSACTIONS);
      assertThat(steps).as("cuts that showed progress").isGreaterThan(2);
    }
  }

  @Test
  @Order(2)
  void keepsHistoryWhenADimensionIsRebuilt() throws Exception {
    long versions;
    try (Truth truth = new Truth(line)) {
      versions = truth.count("SELECT count(*) FROM " + truth.view(DIM_CUSTOMER, Long.MAX_VALUE));
      assertThat(versions).isGreaterThan(1_504);
    }
    line.post(Service.DIMENSION, "/api/v1/tables/dim.customer/rebuild");
    line.post(Service.STAGING, "/api/v1/tables/staging.customer/rebuild");
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    try (Truth truth = new Truth(line)) {
      assertThat(truth.count("SELECT count(*) FROM " + truth.view(DIM_CUSTOMER, Long.MAX_VALUE)))
          .isEqualTo(versions);
    }
    line.post(Service.DIMENSION, "/api/v1/tables/dim.customer/rewind?to=20");
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    line.post(Service.DIMENSION, "/api/v1/tables/dim.customer/rewind?to=2026-01-01T00:00:00Z");
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    try (Truth truth = new Truth(line)) {
      assertThat(truth.count("SELECT count(*) FROM " + truth.view(DIM_CUSTOMER, Long.MAX_VALUE)))
          .as("versions after going back and coming again")
          .isEqualTo(versions);
    }
  }

  @Test
  @Order(2)
  void whatWasErasedStaysErasedThroughARebuild() throws Exception {
    String where = " WHERE customer_key = 7000001";
    try (Shop shop = new Shop(line)) {
      shop.transaction(
          "INSERT INTO customer SELECT (jsonb_populate_record(c, '{\"c_custkey\": 7000001}')).*"
              + " FROM customer c WHERE c_custkey = 1");
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
      long key = ofCustomer("max(customer_sk)", where);
      String order = "/api/v1/tables/dim.customer/erase?key=" + key;
      line.post(Service.DIMENSION, order);
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
      assertThat(ofCustomer("count(*)", where)).as("while it is there").isEqualTo(1);
      shop.transaction("DELETE FROM customer WHERE c_custkey = 7000001");
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
      assertThat(ofCustomer("count(*)", where)).as("closed").isEqualTo(1);
      line.post(Service.DIMENSION, order);
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    }
    assertThat(ofCustomer("count(*)", where)).as("erased").isZero();
    line.post(Service.DIMENSION, "/api/v1/tables/dim.customer/rebuild");
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    assertThat(ofCustomer("count(*)", where)).as("rebuilt").isZero();
  }

  private long ofCustomer(String what, String where) throws Exception {
    try (Truth truth = new Truth(line)) {
      return truth.count(
          "SELECT " + what + " FROM " + truth.view(DIM_CUSTOMER, Long.MAX_VALUE) + where);
    }
  }

  /** What may happen to the files of a service that is down. */
  enum LocalState {
    DELETED,
    TRUNCATED,
    AN_OLD_COPY
  }

  @ParameterizedTest
  @EnumSource
  @Order(3)
  void trustsNothingOfItsLocalState(LocalState state) throws Exception {
    List<Service> keepers = List.of(Service.STAGING, Service.DIMENSION, Service.MARTS);
    Path local = line.folder.resolve("state");
    Path copy = line.folder.resolve("state-before");
    kill(keepers);
    switch (state) {
      case DELETED -> LocalFolder.delete(local);
      case TRUNCATED -> assertThat(LocalFolder.truncate(local)).isPositive();
      case AN_OLD_COPY -> {
        LocalFolder.copy(local, copy);
        start(keepers);
        changeOnePrice();
        line.awaitShown(Clock.systemUTC().instant(), LIMIT);
        kill(keepers);
        LocalFolder.delete(local);
        LocalFolder.copy(copy, local);
      }
    }
    start(keepers);
    changeOnePrice();
    Verdict.drainedAndRight(line);
  }

  private void kill(List<Service> services) throws InterruptedException {
    for (Service service : services) {
      line.kill(service);
    }
  }

  private void start(List<Service> services) throws IOException {
    for (Service service : services) {
      line.start(service);
    }
  }

  private void changeOnePrice() throws SQLException {
    var postgres = line.stack.postgres();
    try (Connection shop =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement sql = shop.createStatement()) {
      sql.execute(
          "UPDATE part SET p_retailprice = p_retailprice + 1, updated_at = now() WHERE p_partkey ="
              + " 1");
    }
  }

  @Test
  @Order(4)
  void stopsWithACodeWhenTheCutLogIsAnotherOne() throws Exception {
    for (Service service : Service.values()) {
      line.kill(service);
    }
    Properties config = new Properties();
    config.put("bootstrap.servers", line.stack.kafkaBootstrap());
    try (Admin admin = Admin.create(config)) {
      admin.deleteTopics(List.of("shop.millrace.cuts")).all().get();
      admin
          .createTopics(
              List.of(
                  new NewTopic("shop.millrace.cuts", 1, (short) 1)
                      .configs(Map.of("message.timestamp.type", "LogAppendTime"))))
          .all()
          .get();
    }
    line.start(Service.STAGING);
    line.awaitError(Service.STAGING, "SHD-001", LIMIT);
  }
}
