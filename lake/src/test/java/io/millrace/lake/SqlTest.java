package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.MillraceException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlTest {
  @TempDir Path directory;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(directory, DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  @Test
  void aFailedStatementSaysWhatKindOfErrorItIsAndNoValue() {
    assertThatThrownBy(() -> Sql.run(duck, "SELECT CAST(upper('secret') AS INT)"))
        .hasMessageStartingWith("LK-004 DuckDB did not execute (Conversion): SELECT")
        .message()
        .doesNotContain("SECRET");
    assertThatThrownBy(() -> Sql.run(duck, "COPY (SELECT 1) TO '/nowhere/x.parquet'"))
        .hasMessageStartingWith("LK-004 DuckDB did not execute (IO): COPY");
  }

  @Test
  void aStatementEndsWithTheTimeThatWorkMayTake() {
    long started = System.nanoTime();
    assertThatThrownBy(() ->
            Sql.within(
                Duration.ofMillis(200),
                () ->
                    Sql.number(
                        duck,
                        "SELECT sum(a.range * b.range)::BIGINT FROM range(10000000) a,"
                            + " range(100000) b")))
        .isInstanceOf(TimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
    assertThat(Sql.number(duck, "SELECT 7")).as("the connection, after it").isEqualTo(7);
  }

  @Test
  void anErrorWithinTheTimeStaysWhatItIs() {
    assertThatThrownBy(() ->
            Sql.within(Duration.ofMinutes(1), () -> Sql.number(duck, "SELECT no_such_column")))
        .isInstanceOf(MillraceException.class);
  }
}
