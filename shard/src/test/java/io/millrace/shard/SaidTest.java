package io.millrace.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.News;
import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Published;
import io.millrace.contracts.wire.PublishedVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SaidTest {
  private static final TableName IDLE = TableName.parse("staging.country");
  private static final TableName BUSY = TableName.parse("staging.orders");
  private static final int RETENTION = 48;

  /**
   * A reader that starts at some hour reads the statements of the hours before it that are held.
   */
  @Test
  void aTableThatDoesNotChangeOutlivesItsStatements() {
    Said said = new Said("staging", 0, Duration.ofHours(RETENTION));
    PublishedLog own = new PublishedLog(1, new News());
    List<Published> statements = new ArrayList<>();
    for (int hour = 0; hour < 5 * RETENTION; hour++) {
      List<PublishedVersion> changes = new ArrayList<>(List.of(version(BUSY, hour)));
      if (hour == 0) {
        changes.add(version(IDLE, 0));
      }
      Published statement =
          said.next(
                  hour,
                  Map.of(IDLE.toString(), (long) hour, BUSY.toString(), (long) hour),
                  changes,
                  table -> own.newestAt(table, Long.MAX_VALUE).map(v -> version(table, v.cut())),
                  Duration.ofHours(1_000 + hour).toNanos())
              .orElseThrow();
      own.append(0, hour, statement);
      statements.add(statement);
      PublishedLog read = new PublishedLog(1, new News());
      for (int at = Math.max(0, hour - RETENTION); at <= hour; at++) {
        read.append(0, at, statements.get(at));
      }
      assertThat(read.through(IDLE)).as("hour %d", hour).isEqualTo(hour);
      assertThat(read.newestAt(IDLE, hour).map(TableVersion::version))
          .as("hour %d", hour)
          .contains(0L);
    }
    assertThat(statements.stream().filter(s -> !s.getBehind().isEmpty()))
        .as("statements that name all")
        .hasSize(10);
  }

  @Test
  void whereNothingHasChangedNothingIsSaid() {
    Said said = new Said("staging", 0, Duration.ofHours(RETENTION));
    Map<String, Long> at = Map.of(IDLE.toString(), 7L);
    assertThat(said.next(7, at, List.of(), _ -> Optional.empty(), 10)).isPresent();
    assertThat(said.next(7, at, List.of(), _ -> Optional.empty(), 11)).isEmpty();
  }

  private static PublishedVersion version(TableName table, long cut) {
    return new PublishedVersion(table.toString(), "id", cut - 1, cut, cut, null);
  }
}
