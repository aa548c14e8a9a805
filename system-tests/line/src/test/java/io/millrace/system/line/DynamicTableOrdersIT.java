package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.Service;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What operators order of dynamic tables, over REST, with the service killed in between. */
@OnSharedLine
class DynamicTableOrdersIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String TABLES = "/api/v1/dynamic-tables/";
  private static final String SLOW = "marts.orders_slow";
  private static final String FAST = "marts.orders_fast";
  private static final String BOTH = "marts.orders_both";

  private final Line line;

  DynamicTableOrdersIT(Line line) {
    this.line = line;
  }

  @Test
  void aSuspendedTableAndItsReadersStandStillThroughARestartUntilResumed() throws Exception {
    try (ShopWorkload _ =
        ShopWorkload.start(
            line.stack.postgres(), ShopWorkload.Settings.usual(5), Progress.silent())) {
      line.post(Service.MARTS, TABLES + SLOW + "/suspend");
      awaitTable(SLOW, "to be suspended", t -> t.path("waitingFor").asText().contains("suspended"));
      line.kill(Service.MARTS);
      line.start(Service.MARTS);
      awaitTable(SLOW, "to be suspended", t -> t.path("waitingFor").asText().contains("suspended"));
      long suspended = through(SLOW);
      long fast = through(FAST);
      awaitTable(FAST, "to go on", t -> t.path("through").asLong() > fast + 20);
      assertThat(through(SLOW)).isEqualTo(suspended);
      assertThat(through(BOTH)).isLessThanOrEqualTo(suspended);

      line.post(Service.MARTS, TABLES + BOTH + "/refresh");
      awaitTable(BOTH, "the order's cut", t -> t.path("through").asLong() > suspended);
      long ordered = through(BOTH);
      assertThat(through(SLOW)).isEqualTo(ordered);

      line.post(Service.MARTS, TABLES + SLOW + "/resume");
      awaitTable(SLOW, "a round", t -> t.path("through").asLong() > ordered);
    }
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    JsonNode history = line.get(Service.MARTS, TABLES + SLOW + "/history").orElseThrow();
    assertThat(history.size()).isPositive();
    assertThat(history.get(0).path("outcome").asText()).isNotEmpty();
  }

  private void awaitTable(String table, String what, Predicate<JsonNode> condition)
      throws InterruptedException {
    line.awaitStatus(
        Service.MARTS, LIMIT, table + " " + what, status -> condition.test(in(status, table)));
  }

  private long through(String table) throws InterruptedException {
    return in(line.status(Service.MARTS).orElseThrow(), table).path("through").asLong();
  }

  private static JsonNode in(JsonNode status, String table) {
    for (JsonNode one : status.path("tables")) {
      if (one.path("table").asText().equals(table)) {
        return one;
      }
    }
    return status.path("nothing");
  }
}
