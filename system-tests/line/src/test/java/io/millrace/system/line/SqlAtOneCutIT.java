package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.position.LakePositions;
import io.millrace.cli.sql.LakeQuery;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.lake.Lake;
import io.millrace.local.Progress;
import io.millrace.local.shop.ShopWorkload;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@code millrace sql} answers while tables are at different cuts. */
@OnSharedLine
class SqlAtOneCutIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int MARKS = 8;
  private static final long FIRST_ORDER = 20_000_000;

  private static final String CUSTOMER_MARK =
      "coalesce(max(TRY_CAST(replace(address, 'sql ', '') AS BIGINT)), 0)";
  private static final String ORDER_MARKS = "count(*) FILTER (clerk LIKE 'sql %')";
  private static final String DIMENSION_AND_ORDERS =
      "SELECT (SELECT %s FROM dim.customer WHERE customer_key = 1 AND is_current), (SELECT %s FROM staging.orders)"
          .formatted(CUSTOMER_MARK, ORDER_MARKS);
  private static final String CUSTOMERS_AND_ORDERS =
      "SELECT (SELECT %s FROM staging.customer WHERE customer_key = 1), (SELECT %s FROM staging.orders)"
          .formatted(CUSTOMER_MARK, ORDER_MARKS);
  private static final String IDLE_AND_ORDERS =
      "SELECT (SELECT count(*) FROM staging.region), (SELECT %s FROM staging.orders)"
          .formatted(ORDER_MARKS);

  private final Line line;

  SqlAtOneCutIT(Line line) {
    this.line = line;
  }

  /** Every mark is one transaction of a customer and two orders, so one cut has all or nothing. */
  @Test
  void answersAtTheGreatestSharedCutWithADimensionStoppedAndStartedAgain() throws Exception {
    try (Shop shop = new Shop(line);
        ShopWorkload _ =
            ShopWorkload.start(
                line.stack.postgres(), ShopWorkload.Settings.usual(1), Progress.silent())) {
      mark(shop, 1, MARKS / 2);
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);
      line.kill(Service.DIMENSION);
      mark(shop, MARKS / 2 + 1, MARKS);
      line.awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), LIMIT);

      LakeQuery.Answer stopped = ask(DIMENSION_AND_ORDERS);
      assertThat(stopped.cut()).hasValue(at("dim.customer"));
      assertThat(stopped.rows()).containsExactly(marks(MARKS / 2));
      LakeQuery.Answer moving = askUntil(CUSTOMERS_AND_ORDERS, marks(MARKS));
      assertThat(moving.cut().orElseThrow()).isGreaterThan(stopped.cut().orElseThrow());
      assertThat(moving.rows()).containsExactly(marks(MARKS));
      LakeQuery.Answer idle = askUntil(IDLE_AND_ORDERS, List.of(5L, 2L * MARKS));
      assertThat(idle.cut().orElseThrow()).isGreaterThan(stopped.cut().orElseThrow());
      assertThat(idle.rows()).containsExactly(List.of(5L, 2L * MARKS));

      line.start(Service.DIMENSION);
      line.awaitShown(List.of(Service.DIMENSION), Clock.systemUTC().instant(), LIMIT);
      LakeQuery.Answer started = askUntil(DIMENSION_AND_ORDERS, marks(MARKS));
      assertThat(started.cut().orElseThrow()).isGreaterThan(idle.cut().orElseThrow());
      assertThat(started.rows()).containsExactly(marks(MARKS));
    }
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
  }

  private LakeQuery.Answer ask(String select) {
    return LakeQuery.run(line.lake, select, OptionalLong.empty());
  }

  /** Positions follow into the lake about a cut interval after a service shows them. */
  private LakeQuery.Answer askUntil(String select, List<@Nullable Object> wanted) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    LakeQuery.Answer answer = ask(select);
    while (!answer.rows().contains(wanted) && System.nanoTime() < deadline) {
      answer = ask(select);
    }
    return answer;
  }

  private static List<@Nullable Object> marks(int mark) {
    return List.of((long) mark, 2L * mark);
  }

  private long at(String table) {
    try (Lake lake = new Lake(line.lake)) {
      return new LakePositions(lake).of(TableName.parse(table)).at();
    }
  }

  private static void mark(Shop shop, int first, int last) throws Exception {
    for (int i = first; i <= last; i++) {
      shop.moveAndOrderTwice("sql " + i, FIRST_ORDER + 2L * i);
      shop.transaction("SELECT pg_sleep(0.3)");
    }
  }
}
