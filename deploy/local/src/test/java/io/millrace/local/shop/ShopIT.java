package io.millrace.local.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.Part;
import io.millrace.local.PostgresAddress;
import io.millrace.local.Progress;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One database; a few hundred transactions run before the tests look at it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ShopIT {
  private static final long TRANSACTIONS = 600;
  private static final long SEED = 42;

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Stack stack;
  private final PostgresAddress address;
  private final ShopCounts counts;

  ShopIT(@TempDir Path dataDir) throws InterruptedException {
    stack = Stack.start(StackSpec.of(dataDir, Part.POSTGRES), Progress.silent());
    address = stack.postgres();
    ShopLoader.load(address, ShopLoader.SMALL, lines::add);
    ShopWorkload.Settings settings = new ShopWorkload.Settings(200, 3, SEED, TRANSACTIONS);
    try (ShopWorkload workload = ShopWorkload.start(address, settings, lines::add)) {
      workload.awaitEnd();
      counts = workload.counts();
    }
  }

  @AfterAll
  void stop() {
    stack.close();
  }

  @Test
  void saysWhatItLoadsAndTheSeed() {
    assertThat(lines)
        .contains(
            "Shop: lineitem 60,175 rows (100 %)",
            "Shop: 200.0 transactions a second over 3 connections, seed 42");
  }

  @ParameterizedTest
  @CsvSource({
    "region, 5",
    "nation, 25",
    "supplier, 100",
    "partsupp, 8000",
    "customer, 1500",
    "part, 2000"
  })
  void loadsTheRowsOfTheScale(String table, long rows) throws SQLException {
    assertThat(number("SELECT count(*) FROM public." + table)).isEqualTo(rows);
  }

  @Test
  void loadsOrdersThatAreOlderThanNoCustomerAndNoPart() throws SQLException {
    assertThat(number("SELECT count(*) FROM shop_history.orders_history WHERE operation = 'LOAD'"))
        .isEqualTo(15_000);
    assertThat(
            number(
                """
                SELECT count(*) FROM shop_history.orders_history o
                WHERE operation = 'LOAD' AND ((o_ordered_at AT TIME ZONE 'UTC')::date <> o_orderdate
                   OR updated_at <> o_ordered_at
                   OR o_ordered_at < (SELECT max(updated_at) FROM shop_history.customer_history
                                      WHERE operation = 'LOAD'))
                """))
        .isZero();
    assertThat(
            number(
                """
                SELECT count(DISTINCT o_ordered_at::time) FROM shop_history.orders_history
                WHERE operation = 'LOAD'
                """))
        .isGreaterThan(10_000);
  }

  @Test
  void performsAllItsTransactionsAndRollsBackOneInTwenty() {
    assertThat(counts.committedInAll() + counts.rolledBack() + counts.idle())
        .isEqualTo(TRANSACTIONS);
    assertThat(counts.rolledBack()).isBetween(TRANSACTIONS / 40, TRANSACTIONS / 10);
    assertThat(counts.committed().values()).allSatisfy(count -> assertThat(count).isPositive());
  }

  @Test
  void keepsOrdersAndLinesTrueToEachOther() throws SQLException {
    assertThat(
            number(
                """
                SELECT count(*) FROM public.orders o
                LEFT JOIN (
                  SELECT l_orderkey, count(*) AS lines, count(*) FILTER (WHERE l_linestatus = 'F') AS f,
                         sum(l_extendedprice * (1 + l_tax) * (1 - l_discount)) AS total
                  FROM public.lineitem GROUP BY l_orderkey
                ) l ON l_orderkey = o_orderkey
                WHERE lines IS NULL OR lines > 7
                   OR o_orderstatus <> CASE f WHEN 0 THEN 'O' WHEN lines THEN 'F' ELSE 'P' END
                   OR o_comment = 'placed by the demo workload' AND round(total, 2) <> o_totalprice
                """))
        .isZero();
    assertThat(
            number(
                """
                SELECT count(*) FROM public.lineitem l
                LEFT JOIN public.orders o ON o_orderkey = l_orderkey
                LEFT JOIN public.partsupp ps ON ps_partkey = l_partkey AND ps_suppkey = l_suppkey
                LEFT JOIN public.customer c ON c_custkey = o_custkey
                WHERE o_orderkey IS NULL OR ps_partkey IS NULL OR c_custkey IS NULL
                """))
        .isZero();
  }

  @Test
  void notesEveryCommittedChangeAndNoOther() throws SQLException {
    long moves =
        counts.committed(ShopTransaction.MOVE_CUSTOMER)
            + counts.committed(ShopTransaction.MOVE_AND_PLACE_TWO_ORDERS);
    assertThat(changes("customer", "UPDATE")).isEqualTo(moves);
    assertThat(changes("part", "UPDATE")).isEqualTo(counts.committed(ShopTransaction.CHANGE_PRICE));
    assertThat(changes("orders", "INSERT"))
        .isEqualTo(
            counts.committed(ShopTransaction.PLACE_ORDER)
                + 2 * counts.committed(ShopTransaction.MOVE_AND_PLACE_TWO_ORDERS));
    assertThat(changes("orders", "UPDATE"))
        .isEqualTo(counts.committed(ShopTransaction.ADVANCE_ORDER));
    assertThat(changes("orders", "DELETE"))
        .isEqualTo(counts.committed(ShopTransaction.CANCEL_ORDER));
  }

  @ParameterizedTest
  @CsvSource({"customer, c_custkey", "part, p_partkey", "orders, o_orderkey"})
  void endsItsHistoryAtTheRowsOfTheTable(String table, String key) throws SQLException {
    String newest =
        """
        SELECT DISTINCT ON (%2$s) * FROM shop_history.%1$s_history ORDER BY %2$s, change_id DESC
        """
            .formatted(table, key);
    String both =
        """
        SELECT count(*) FROM (
          SELECT to_jsonb(h) - 'operation' - 'txid' - 'changed_at' - 'change_id' FROM (%2$s) h
          WHERE operation <> 'DELETE' %3$s SELECT to_jsonb(t) FROM public.%1$s t
        ) d
        """;
    long rows = number("SELECT count(*) FROM public." + table);
    assertThat(number(both.formatted(table, newest, "INTERSECT"))).isEqualTo(rows);
    assertThat(number(both.formatted(table, newest, "UNION"))).isEqualTo(rows);
  }

  @Test
  void movesAKeyForwardInTimeOnly() throws SQLException {
    assertThat(
            number(
                """
                SELECT count(*) FROM (
                  SELECT updated_at <= lag(updated_at) OVER (PARTITION BY c_custkey ORDER BY change_id)
                    AS back FROM shop_history.customer_history) c
                WHERE back
                """))
        .isZero();
  }

  @Test
  void keepsAShopThatIsLoadedAndRefusesAnotherScale() throws InterruptedException {
    List<String> second = new ArrayList<>();
    ShopLoader.load(address, ShopLoader.SMALL, second::add);
    assertThat(second).containsExactly("Shop: kept as it is in the database");
    assertThatThrownBy(() -> ShopLoader.load(address, 0.1, second::add))
        .hasMessageStartingWith("LOC-009 The shop at ")
        .hasMessageContaining("was loaded at scale 0.01, not 0.1");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 0.001, 0.015, 1000, Double.NaN})
  void refusesAScaleOutOfBounds(double scale) {
    assertThatThrownBy(() -> ShopLoader.load(address, scale, Progress.silent()))
        .hasMessageContaining("must be 0.01, or lie between 0.03 and 100.0");
  }

  private long changes(String table, String operation) throws SQLException {
    return number(
        "SELECT count(*) FROM shop_history.%s_history WHERE operation = '%s'"
            .formatted(table, operation));
  }

  private long number(String query) throws SQLException {
    try (Connection connection = ShopDatabase.connect(address);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
