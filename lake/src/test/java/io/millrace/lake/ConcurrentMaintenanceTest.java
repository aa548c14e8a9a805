package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * A writer, a compactor, a vacuum and a reader at work on one table at once, each with a lake of
 * its own as another process has. Every version has 1000 rows whose amounts sum to its cut.
 */
class ConcurrentMaintenanceTest extends LakeFixture {
  private static final int CUTS = 60;
  private static final CompactionGoal EAGER =
      new CompactionGoal(1 << 20, 1 << 20, 0.01, 2, List.of());

  private final AtomicBoolean done = new AtomicBoolean();

  @Test
  void everyVersionStaysRightAndNoCommitIsLost() throws Exception {
    long seed = System.nanoTime();
    DeltaTable created =
        lake.create(
            NAME,
            TableSpec.of(SCHEMA),
            Watermark.at(0, "d"),
            duck,
            "SELECT i AS id, 'n' || i AS name, 0 AS amount FROM range(1000) t(i)");
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Future<Long> writer = threads.submit(() -> write(seed));
      Future<Long> compactor = threads.submit(beside(this::compact));
      Future<Long> vacuum = threads.submit(beside(this::vacuum));
      Future<Long> reader = threads.submit(beside(this::read));
      long moved;
      try {
        moved = writer.get();
      } finally {
        done.set(true);
      }
      assertThat(compactor.get()).as("compactions").isPositive();
      assertThat(vacuum.get()).as("vacuums").isPositive();
      assertThat(reader.get()).as("reads").isPositive();
      assertThat(moved).as("steps made again, seed %d", seed).isPositive();
    }
    DeltaTable table = lake.open(NAME);
    assertThat(table.watermark().cut()).isEqualTo(CUTS);
    assertThat(table.changes().versions(0, table.version())).hasSize(CUTS);
    assertThat(KernelReader.rows(created.path())).hasSize(1000);
    check(duck, table, "final");
  }

  /** Moves one from one row's amount to others, plus one in all, cut by cut. */
  private long write(long seed) throws SQLException {
    Random random = new Random(seed);
    long moved = 0;
    try (Lake own = new Lake(lake.root());
        Connection connection = duckDb.connect()) {
      DeltaTable table = own.open(NAME);
      Mirror mirror = Mirror.load(connection, table, "mirror");
      for (int cut = 1; cut <= CUTS; ) {
        Sql.run(
            connection,
            Text.of(
                "CREATE OR REPLACE TEMP TABLE wanted AS SELECT id, name, amount + CASE id WHEN %d"
                    + " THEN 5 WHEN %d THEN -4 ELSE 0 END AS amount FROM mirror",
                random.nextInt(500), 500 + random.nextInt(500)));
        RowDiff.Changes changes =
            RowDiff.of(table).into(connection, "changes", mirror.relation(), "wanted");
        CommitResult result =
            table.commit(connection, mirror, changes.relation(), Watermark.at(cut, "d"));
        if (result instanceof CommitResult.Committed) {
          cut++;
        } else {
          moved++;
        }
        mirror.refresh(connection);
      }
    }
    return moved;
  }

  private void compact(Lake own, Connection connection) {
    var _ = own.maintenance(NAME).compact(connection, EAGER);
  }

  private void vacuum(Lake own, Connection connection) {
    var _ =
        own.maintenance(NAME)
            .vacuum(new VacuumBounds(VacuumBounds.USUAL_RETENTION, 0, VacuumBounds.Mode.SAFE));
  }

  private void read(Lake own, Connection connection) {
    check(connection, own.open(NAME), "seen");
  }

  private static void check(Connection connection, DeltaTable table, String view) {
    var _ = table.history().createView(connection, table.version(), view);
    assertThat(Sql.number(connection, "SELECT count(DISTINCT id) FROM " + view)).isEqualTo(1000);
    assertThat(Sql.number(connection, "SELECT sum(amount) FROM " + view))
        .isEqualTo(table.watermark().cut());
  }

  private interface Work {
    void once(Lake own, Connection connection);
  }

  /** Does it again and again until the writer is done, and says how often. */
  private Callable<Long> beside(Work work) {
    return () -> {
      long times = 0;
      try (Lake own = new Lake(lake.root());
          Connection connection = duckDb.connect()) {
        while (!done.get()) {
          work.once(own, connection);
          times++;
        }
      }
      return times;
    };
  }
}
