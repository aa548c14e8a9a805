package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
    log.begin(0);
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  private void changes(int cuts) {
    for (int i = 0; i < cuts; i++) {
      cut++;
      log.add("(SELECT range AS id, 1 AS _weight FROM range(" + ROWS + "))", cut);
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
}
