package io.millrace.marts.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Cut;
import io.millrace.marts.control.Order.Action;
import io.millrace.marts.control.Order.Setting;
import io.millrace.shard.Rebuild;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrdersTest {
  private static final String OPERATOR = "operator.marts.0";
  private static final String OTHER = "operator.marts.7";
  private static final TableName A = TableName.parse("marts.a");
  private static final TableName B = TableName.parse("marts.b");

  private final CutLog log = new CutLog(new News());
  private long previous = -1;

  private Orders orders() {
    Orders orders =
        new Orders(
            log, List.of(OPERATOR, OTHER), t -> t.equals(B) ? List.of(A) : List.of(), _ -> 0);
    orders.follow();
    return orders;
  }

  private long append(@Nullable String to) {
    long number = log.end();
    log.append(number, Instant.EPOCH, new Cut(OPERATOR, previous, to, Map.of(), Instant.EPOCH));
    previous = number;
    return number;
  }

  private long give(TableName table, Action action) {
    return append(new Order(table, action).toJson());
  }

  @Test
  void aTableIsSuspendedFromTheCutAfterTheOrderUntilItIsResumed() {
    long suspended = give(A, Action.SUSPEND);
    append(null);
    long resumed = give(A, Action.RESUME);
    Orders orders = orders();
    assertThat(orders.suspendedAt(A, suspended)).isFalse();
    assertThat(orders.suspendedAt(A, suspended + 1)).isTrue();
    assertThat(orders.suspendedAt(A, resumed)).isTrue();
    assertThat(orders.suspendedAt(A, resumed + 1)).isFalse();
    assertThat(orders.suspendedAt(B, resumed)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "[]",
        "nonsense",
        "{\"table\": \"marts.a\"}",
        "{\"table\": \"a\", \"action\": \"SUSPEND\"}",
        "{\"table\": \"marts.a\", \"action\": \"ALTER\", \"properties\": {\"X\": null}}"
      })
  void whatIsNoOrderIsPassedOver(String to) {
    append(to);
    give(A, Action.SUSPEND);
    assertThat(orders().suspendedAt(A, Long.MAX_VALUE)).isTrue();
    assertThat(Rebuild.of(log.nextOf(OPERATOR, -1).orElseThrow()).rebuild()).isEmpty();
  }

  @Test
  void ordersAreFollowedAsTheyCome() {
    Orders orders = orders();
    give(A, Action.SUSPEND);
    assertThat(orders.suspendedAt(A, Long.MAX_VALUE)).isFalse();
    orders.follow();
    assertThat(orders.suspendedAt(A, Long.MAX_VALUE)).isTrue();
  }

  @Test
  void aRefreshConcernsTheDynamicTablesThatAreReadAsWell() {
    long ordered = give(B, Action.REFRESH);
    Orders orders = orders();
    assertThat(orders.refreshAfter(B, -1)).hasValue(ordered);
    assertThat(orders.refreshAfter(A, -1)).hasValue(ordered);
    assertThat(orders.refreshAfter(A, ordered)).isEqualTo(OptionalLong.empty());
  }

  @Test
  void aPropertyHoldsAsItWasOrderedLastUntilItIsTakenBack() {
    append(new Order(A, Map.of("TARGET_LAG", new Setting("1 hour", "1 minute"))).toJson());
    long last =
        append(
            new Order(
                    A,
                    Map.of(
                        "TARGET_LAG",
                        new Setting("2 hours", "1 minute"),
                        "COMMENT",
                        new Setting("at night", "")))
                .toJson());
    Orders orders = orders();
    assertThat(orders.altered(A))
        .containsOnlyKeys("TARGET_LAG", "COMMENT")
        .containsEntry("TARGET_LAG", new Orders.Altered(new Setting("2 hours", "1 minute"), last));
    append(new Order(A, Map.of("TARGET_LAG", new Setting(null, "1 minute"))).toJson());
    assertThat(orders.follow()).isTrue();
    assertThat(orders.follow()).as("again").isFalse();
    assertThat(orders.altered(A)).containsOnlyKeys("COMMENT");
    assertThat(orders.altered(B)).isEmpty();
  }

  @Test
  void anOrderOfAnEarlierReleaseReadsAsItDid() {
    long cut = append("{\"table\":\"marts.a\",\"action\":\"SUSPEND\"}");
    assertThat(orders().suspendedAt(A, cut + 1)).isTrue();
    assertThat(new Order(A, Action.SUSPEND).toJson())
        .as("and an earlier release reads ours")
        .isEqualTo("{\"table\":\"marts.a\",\"action\":\"SUSPEND\"}");
  }

  @Test
  void ordersOfEveryShardAreFollowed() {
    give(A, Action.SUSPEND);
    Orders orders = orders();
    long number = log.end();
    log.append(
        number,
        Instant.EPOCH,
        new Cut(OTHER, -1L, new Order(B, Action.REFRESH).toJson(), Map.of(), Instant.EPOCH));
    orders.follow();
    assertThat(orders.suspendedAt(A, Long.MAX_VALUE)).isTrue();
    assertThat(orders.refreshAfter(A, -1)).as("read by the other shard's").hasValue(number);
  }

  @Test
  void whatIsNoOrderIsPassedOver() {
    append("{\"rebuild\":\"marts.a\",\"loseHistory\":false}");
    append("not JSON");
    append(null);
    Orders orders = orders();
    assertThat(orders.refreshAfter(A, -1)).isEqualTo(OptionalLong.empty());
    assertThat(orders.suspendedAt(A, Long.MAX_VALUE)).isFalse();
  }
}
