package io.millrace.local.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.Part;
import io.millrace.local.Progress;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShopWorkloadIT {
  private static final long SEED = 7;
  private static final long ENOUGH = 10;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long PAUSE_NANOS = 10_000_000;

  @TempDir Path dataDir;

  @Test
  void endsWithItsConnectionsWhenClosedAndSaysWhenItsDatabaseIsGone() throws Exception {
    ShopWorkload orphaned;
    try (Stack stack = Stack.start(StackSpec.of(dataDir, Part.POSTGRES), Progress.silent())) {
      ShopLoader.load(stack.postgres(), ShopLoader.SMALL, Progress.silent());
      ShopWorkload closed = start(stack);
      try (closed) {
        awaitSome(closed);
      }
      closed.awaitEnd();
      awaitNoConnections(stack);

      orphaned = start(stack);
      awaitSome(orphaned);
    }
    assertThatThrownBy(orphaned::awaitEnd).hasMessageStartingWith("LOC-008 The demo shop at ");
  }

  @Test
  void startsLateTransactionsAllTheSameAndCountsThem() throws Exception {
    try (Stack stack = Stack.start(StackSpec.of(dataDir, Part.POSTGRES), Progress.silent())) {
      ShopLoader.load(stack.postgres(), ShopLoader.SMALL, Progress.silent());
      ShopWorkload.Settings tooFast = new ShopWorkload.Settings(1e6, 2, SEED, 300);
      try (ShopWorkload workload =
          ShopWorkload.start(stack.postgres(), tooFast, Progress.silent())) {
        workload.awaitEnd();
        ShopCounts counts = workload.counts();
        assertThat(counts.late()).isPositive();
        assertThat(counts.committedInAll() + counts.rolledBack() + counts.idle()).isEqualTo(300);
      }
    }
  }

  private static ShopWorkload start(Stack stack) {
    return ShopWorkload.start(
        stack.postgres(), ShopWorkload.Settings.usual(SEED), Progress.silent());
  }

  /** A server's process ends a moment after its client has closed. */
  private static void awaitNoConnections(Stack stack) throws SQLException {
    long begin = System.nanoTime();
    while (connections(stack) > 0) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .describedAs("the time until all connections have ended")
          .isLessThan(LIMIT);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static void awaitSome(ShopWorkload workload) {
    long begin = System.nanoTime();
    while (workload.counts().committedInAll() < ENOUGH) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .describedAs("the time until %d transactions are committed", ENOUGH)
          .isLessThan(LIMIT);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static long connections(Stack stack) throws SQLException {
    try (Connection connection = ShopDatabase.connect(stack.postgres());
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE application_name = 'millrace-shop' AND pid <> pg_backend_pid()
                """)) {
      row.next();
      return row.getLong(1);
    }
  }
}
