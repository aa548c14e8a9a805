package io.millrace.marts.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.marts.refresh.RefreshHistory.Entry;
import io.millrace.marts.refresh.RefreshHistory.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RefreshHistoryTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  @TempDir Path directory;
  private DuckDb duckDb;
  private Connection duck;
  private Lake lake;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(directory.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    lake = new Lake(directory.resolve("lake"));
  }

  @AfterEach
  void close() throws SQLException {
    lake.close();
    duck.close();
    duckDb.close();
  }

  private RefreshHistory history() {
    return new RefreshHistory(lake, duck, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static Entry entry(long cut, Instant startedAt) {
    return new Entry(
        TableName.parse("marts.m"),
        cut,
        1,
        startedAt,
        Duration.ofMillis(5),
        new Refresh.Outcome(new RowDiff.Changes("", 0, 0, 0), "FULL", "", Map.of(), 1),
        "inputs changed",
        0,
        null,
        Result.UNCHANGED,
        null);
  }

  private long rows() {
    DeltaTable table = lake.open(RefreshHistory.NAME);
    var _ = table.history().createView(duck, table.version(), "shown");
    return Sql.number(duck, "SELECT count(*) FROM shown");
  }

  @Test
  void whatCannotBeAppendedKeepsNothingFromGoingOnAndIsAppendedLater() throws IOException {
    Path folder = directory.resolve("lake/marts/_refresh_history");
    Files.createDirectories(directory.resolve("lake/marts"));
    Files.writeString(folder, "a file where the table is to be");
    RefreshHistory history = history();
    history.add(entry(1, NOW));
    history.append();
    history.add(entry(2, NOW));
    history.append();
    Files.delete(folder);
    history.append();
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void twoInstancesAppendBesideEachOther() {
    RefreshHistory one = history();
    RefreshHistory other = history();
    for (int i = 0; i < 3; i++) {
      one.add(entry(i, NOW));
      one.append();
      other.add(entry(i, NOW));
      other.append();
    }
    assertThat(rows()).isEqualTo(6);
  }

  @Test
  void filesArePackedSoThatTheirNumberStaysSmall() {
    RefreshHistory history = history();
    for (int i = 0; i < 130; i++) {
      history.add(entry(i, NOW));
      history.append();
    }
    assertThat(rows()).isEqualTo(130);
    assertThat(lake.open(RefreshHistory.NAME).storage().files()).isLessThan(60);
  }

  @Test
  void rowsOfTheLastThirtyDaysAreKept() {
    RefreshHistory before = history();
    before.add(entry(1, NOW.minus(Duration.ofDays(29))));
    before.append();
    for (int i = 0; i < 2; i++) {
      RefreshHistory history = history();
      history.add(entry(2, NOW.minus(Duration.ofDays(31 + i))));
      history.append();
    }
    assertThat(rows()).isEqualTo(1);
  }

  /** The lake was away for a while; the loop of all tables must not stand still for it. */
  @Test
  @Timeout(60)
  void whatHasGatheredIsAppendedInSeconds() {
    RefreshHistory history = history();
    for (int i = 0; i < 10_000; i++) {
      history.add(entry(i, NOW));
    }
    history.append();
    assertThat(rows()).isEqualTo(10_000);
  }
}
