package io.millrace.changelog.published;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.News;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Behind;
import io.millrace.contracts.wire.Published;
import io.millrace.contracts.wire.PublishedVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublishedLogTest {
  private static final TableName ORDERS = TableName.parse("staging.orders");
  private static final TableName LINES = TableName.parse("staging.lineitem");

  private final PublishedLog log = new PublishedLog(1, new News());
  private long offset;

  private void say(long through, List<Behind> behind, PublishedVersion... versions) {
    log.append(
        0, offset++, new Published(Service.STAGING.id(), 0, through, behind, List.of(versions)));
  }

  private static PublishedVersion version(TableName table, long after, long version, long cut) {
    return new PublishedVersion(table.toString(), "id", after, version, cut, List.of());
  }

  @Test
  void takesATableForKnownOnlyFromTheFirstStatementThatNamesIt() {
    say(7, List.of(), version(ORDERS, -1, 0, -1));
    assertThat(log.through(LINES)).isEqualTo(-1);
    say(8, List.of(new Behind(LINES.toString(), -1L)));
    assertThat(log.through(LINES)).isEqualTo(-1);
    assertThat(log.through(ORDERS)).isEqualTo(8);
    say(9, List.of());
    assertThat(log.through(LINES)).isEqualTo(9);
  }

  @Test
  void namesTheTablesOfAShardWithTheirPlaces() {
    say(7, List.of(new Behind(LINES.toString(), 3L)), version(ORDERS, -1, 0, -1));
    assertThat(log.tables(Service.STAGING, 0)).isEqualTo(Map.of(ORDERS, 7L, LINES, 3L));
    assertThat(log.tables(Service.MARTS, 0)).isEmpty();
  }

  @Test
  void foldsByMaximumSoThatAnOldStatementTakesNothingBack() {
    say(9, List.of(), version(ORDERS, -1, 0, -1));
    say(5, List.of());
    say(10, List.of(new Behind(ORDERS.toString(), 4L)));
    assertThat(log.through(ORDERS)).isEqualTo(9);
  }

  @Test
  void forgetsWhatWasSaidOfATableThatWasDroppedAndMadeAgain() {
    say(9, List.of(), version(ORDERS, -1, 0, -1), version(ORDERS, 0, 1, 5));
    say(10, List.of(), version(ORDERS, 1, 7, 10), version(LINES, -1, 0, -1));
    PublishedVersion made =
        new PublishedVersion(ORDERS.toString(), "other id", -1L, 0L, -1L, List.of());
    say(11, List.of(new Behind(ORDERS.toString(), -1L)), made);
    assertThat(log.through(ORDERS)).isEqualTo(-1);
    assertThat(log.rightFrom(ORDERS, 0)).isEmpty();
    assertThat(log.ahead(ORDERS, "", 0).next()).as("no version of the former one").isEmpty();
    assertThat(log.ahead(ORDERS, "id", 7).next().orElseThrow().tableId()).isEqualTo("other id");
    assertThat(log.newestAt(ORDERS, 11).orElseThrow().tableId()).isEqualTo("other id");
    assertThat(log.through(LINES)).isEqualTo(11);
  }

  @Test
  void knowsAtWhichCutsATableWasSaidToBeRight() {
    say(7, List.of(), version(ORDERS, -1, 0, -1));
    say(9, List.of(new Behind(ORDERS.toString(), 7L)));
    say(12, List.of(new Behind(ORDERS.toString(), 11L)));
    say(12, List.of());
    assertThat(log.rightFrom(ORDERS, 0)).containsExactly(7L, 11L, 12L);
    assertThat(log.rightFrom(ORDERS, 8)).containsExactly(11L, 12L);
    assertThat(log.rightFrom(LINES, 0)).isEmpty();
  }

  @Test
  void givesVersionsBehindAPositionAndTheNewestAtACut() {
    say(
        9,
        List.of(),
        version(ORDERS, -1, 1, 3),
        version(ORDERS, 1, 2, 6),
        version(ORDERS, 2, 5, 9));
    assertThat(log.ahead(ORDERS, "", 1).next().orElseThrow().version()).isEqualTo(2);
    assertThat(log.ahead(ORDERS, "", 2).next().orElseThrow().version()).isEqualTo(5);
    assertThat(log.ahead(ORDERS, "", 5)).isEqualTo(new PublishedLog.Ahead(9, Optional.empty()));
    assertThat(log.newestAt(ORDERS, 8).orElseThrow().version()).isEqualTo(2);
    assertThat(log.newestAt(ORDERS, 2)).isEmpty();
  }

  /** A follower that is told of a cut without the version that shows it would lose its changes. */
  @Test
  void tellsOfNoCutWithoutTheVersionsUpToIt() throws InterruptedException {
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (long v = 0; v < 100_000; v++) {
                say(v, List.of(), version(ORDERS, v - 1, v, v));
              }
            });
    long seen = -1;
    while (writer.isAlive()) {
      PublishedLog.Ahead ahead = log.ahead(ORDERS, "", seen);
      if (ahead.next().isEmpty()) {
        assertThat(ahead.through()).isEqualTo(seen);
      } else {
        seen = ahead.next().get().version();
      }
    }
    writer.join();
  }

  @Test
  void waitsForTheEndsOfAllPartitions() throws InterruptedException {
    say(1, List.of());
    assertThat(log.awaitEnds(Map.of(0, 1L, 3, 0L), Duration.ofSeconds(1))).isTrue();
    assertThat(log.awaitEnds(Map.of(0, 2L), Duration.ofMillis(20))).isFalse();
  }
}
