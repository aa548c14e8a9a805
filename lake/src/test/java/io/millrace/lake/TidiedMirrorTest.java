package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Mirrors in one DuckDB that tidies its file all the time, each followed on a connection of its
 * own, as the tables of a service are: rows get other numbers between any two statements.
 */
class TidiedMirrorTest extends LakeFixture {
  private static final int MIRRORS = 4;
  private static final int COMMITS = 160;
  private static final int ROWS = 8_000;
  private static final int CHANGED = 24;

  private final AtomicBoolean done = new AtomicBoolean();

  @Test
  void losesTheRowsThatLeaveAndNoOthers() throws Exception {
    long seed = System.nanoTime();
    Sql.run(duck, "SET GLOBAL checkpoint_threshold = '100KB'");
    try (ExecutorService threads = Executors.newFixedThreadPool(MIRRORS + 1)) {
      Future<?> tidying = threads.submit(this::fillAndEmpty);
      List<Future<Long>> followed = new ArrayList<>();
      for (int i = 0; i < MIRRORS; i++) {
        String mirror = "mirror" + i;
        Random random = new Random(seed + i);
        followed.add(threads.submit(() -> wrongAfterCommits(mirror, random)));
      }
      try {
        for (Future<Long> mirror : followed) {
          assertThat(mirror.get()).as("rows that are wrong, seed %d", seed).isZero();
        }
      } finally {
        done.set(true);
      }
      tidying.get();
    }
  }

  private void fillAndEmpty() {
    try (Connection own = duckDb.connect()) {
      while (!done.get()) {
        Sql.run(
            own, "CREATE OR REPLACE TABLE other AS SELECT i, 'x' || i AS s FROM range(20000) t(i)");
        Sql.run(own, "DELETE FROM other WHERE i % 3 = 0");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every id has one row; a commit rewrites some in a new file and adds a few. */
  private long wrongAfterCommits(String mirror, Random random) throws SQLException {
    try (Connection own = duckDb.connect()) {
      Sql.run(
          own,
          "CREATE TABLE %s AS SELECT i AS id, 0 AS __file, i AS __row FROM range(%d) t(i)"
              .formatted(mirror, ROWS));
      Sql.run(own, "CREATE TABLE wanted_%1$s AS FROM %1$s".formatted(mirror));
      for (int file = 1; file <= COMMITS; file++) {
        commit(own, mirror, file, random);
      }
      return Sql.number(
          own,
          "SELECT count(*) FROM (FROM %1$s EXCEPT ALL FROM wanted_%1$s UNION ALL (FROM wanted_%1$s EXCEPT ALL FROM %1$s))"
              .formatted(mirror));
    }
  }

  private static void commit(Connection own, String mirror, int file, Random random)
      throws SQLException {
    List<Integer> ids = random.ints(CHANGED, 0, ROWS).distinct().boxed().toList();
    Sql.run(
        own,
        """
        CREATE OR REPLACE TEMP TABLE changes AS
        SELECT 'update_preimage' AS _change_type, *, rowid AS __mirrored FROM %1$s WHERE id IN (%2$s)
        UNION ALL
        SELECT 'update_postimage', id, NULL, NULL, NULL FROM %1$s WHERE id IN (%2$s)\
        """
            .formatted(mirror, ids.toString().replaceAll("[\\[\\]]", "")));
    RowChanges changes = RowChanges.of(own, NAME, "changes");
    String come =
        "SELECT id, %d AS __file, id AS __row FROM changes WHERE __file IS NULL UNION ALL SELECT %d + i, %1$d, i + %d FROM range(8) t(i)"
            .formatted(file, ROWS + 8 * file, ROWS);
    own.setAutoCommit(false);
    changes.deleteFrom(own, mirror);
    Sql.run(own, "INSERT INTO %s %s".formatted(mirror, come));
    own.commit();
    own.setAutoCommit(true);
    Sql.run(
        own,
        "DELETE FROM wanted_%s WHERE (__file, __row) IN (SELECT __file, __row FROM changes WHERE __file IS NOT NULL)"
            .formatted(mirror));
    Sql.run(own, "INSERT INTO wanted_%s %s".formatted(mirror, come));
  }
}
