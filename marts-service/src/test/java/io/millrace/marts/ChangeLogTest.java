package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten rows a cut, and readers of any patience. */
class ChangeLogTest {
  private static final int ROWS = 10;
  private static final long KEPT = 100;

  @TempDir Path directory;
  private DuckDb duckDb;
  private Connection duck;
  private ChangeLog log;
  private long cut;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(directory, DuckDb.Limits.small());
    duck = duckDb.connect();
    log =
        new ChangeLog(
            duck,
            Sql.name("changes of a"),
            new RowSchema(List.of(new Column("id", Simple.BIGINT, true)), List.of()));
    log.begin(0, shown(0));
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  private static Position shown(long version) {
    return new Position("a", version);
  }

  private void changes(int cuts) {
    for (int i = 0; i < cuts; i++) {
      cut++;
      log.add("(SELECT range AS id, 1 AS _weight FROM range(" + ROWS + "))", cut, shown(cut));
    }
  }

  @Test
  void keepsWhatAReaderHasNotTakenYet() {
    changes(8);
    log.forget(List.of(3L, 8L), cut, KEPT);
    assertThat(log.coversAfter(3)).isTrue();
    assertThat(log.rows()).isEqualTo(5 * ROWS);
  }

  @Test
  void givesUpTheReaderFurthestBehindFirst() {
    changes(20);
    log.forget(List.of(3L, 15L), cut, KEPT);
    assertThat(log.coversAfter(3)).isFalse();
    assertThat(log.coversAfter(15)).isTrue();
    assertThat(log.rows()).isEqualTo(5 * ROWS);
  }

  @Test
  void doesNotGrowForAReaderThatStandsStill() {
    for (int i = 0; i < 50; i++) {
      changes(1);
      log.forget(List.of(0L), cut, KEPT);
      assertThat(log.rows()).isLessThanOrEqualTo(KEPT);
    }
    assertThat(log.coversAfter(0)).isFalse();
    assertThat(log.coversAfter(cut)).as("what comes is told again").isTrue();
  }

  @Test
  void holdsNothingForNobody() {
    changes(3);
    log.forget(List.of(), cut, KEPT);
    assertThat(log.rows()).isZero();
  }

  @RepeatedTest(20)
  void givesTheRowsOfAKeyedTableAsTheyWereAtAnyCut() throws SQLException {
    assertRowsAtAnyCut(List.of("id"));
  }

  @RepeatedTest(20)
  void givesTheRowsOfABagAsTheyWereAtAnyCut() throws SQLException {
    assertRowsAtAnyCut(List.of());
  }

  /** A table of keys, or of anything, that changes at random; a copy is kept at every cut. */
  private void assertRowsAtAnyCut(List<String> key) throws SQLException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RowSchema schema =
        new RowSchema(
            List.of(new Column("id", Simple.BIGINT, true), new Column("v", Simple.INTEGER, true)),
            key);
    ChangeLog changes = new ChangeLog(duck, Sql.name("changes of b"), schema);
    Sql.run(duck, "CREATE OR REPLACE TABLE b AS SELECT range AS id, 1 AS v FROM range(8)");
    changes.begin(0, shown(0));
    Sql.run(duck, "CREATE OR REPLACE TABLE b_0 AS FROM b");
    for (int at = 1; at <= 8; at++) {
      Sql.run(duck, "CREATE OR REPLACE TABLE b_" + at + " AS " + changed(random, key));
      String signed =
          "(SELECT *, 1 AS _weight FROM (FROM b_%1$d EXCEPT ALL FROM b) UNION ALL SELECT *, -1 FROM (FROM b EXCEPT ALL FROM b_%1$d))"
              .formatted(at);
      if (Sql.number(duck, "SELECT count(*) FROM " + signed) > 0) {
        changes.add(signed, at, shown(at));
      }
      Sql.run(duck, "CREATE OR REPLACE TABLE b AS FROM b_" + at);
    }
    for (int at = 0; at <= 8; at++) {
      String then = changes.rowsAt(at, "b");
      assertThat(
              Sql.number(
                  duck,
                  "SELECT (SELECT count(*) FROM (FROM %1$s EXCEPT ALL FROM b_%2$d)) + (SELECT count(*) FROM (FROM b_%2$d EXCEPT ALL FROM %1$s))"
                      .formatted(then, at)))
          .as("seed %d, cut %d", seed, at)
          .isZero();
    }
  }

  /**
   * Some rows go, some change, some come, of a few keys so that they come again; NULL among them.
   */
  private static String changed(Random random, List<String> key) {
    String rows =
        "SELECT id, CASE WHEN random() < 0.3 THEN NULL ELSE v END AS v FROM b WHERE id %% %d <> 0 UNION ALL SELECT %d, %d"
            .formatted(2 + random.nextInt(3), random.nextInt(6), random.nextInt(2));
    return key.isEmpty() ? rows : "SELECT id, max(v) AS v FROM (" + rows + ") GROUP BY id";
  }
}
