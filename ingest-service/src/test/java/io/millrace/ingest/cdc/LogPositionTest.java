package io.millrace.ingest.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPositionTest {
  private static final LogPosition POSITION =
      new LogPosition(0x16_B374_D848L, 755L, Instant.parse("2026-11-20T12:34:56.789012Z"));

  @Test
  void comesBackFromItsText() {
    assertThat(LogPosition.parse(POSITION.json())).isEqualTo(POSITION);
    LogPosition snapshot = new LogPosition(1, null, Instant.EPOCH);
    assertThat(LogPosition.parse(snapshot.json())).isEqualTo(snapshot);
  }

  @Test
  void readsAndWritesTheLsnAsPostgresDoes() {
    assertThat(POSITION.lsnText()).isEqualTo("16/B374D848");
    assertThat(LogPosition.parseLsn("16/B374D848")).isEqualTo(POSITION.lsn());
  }

  /** With these Debezium would search its place by rows and skip some. */
  @Test
  void startsTheEngineWithoutLsnsOfRows() {
    LogPosition end =
        LogPosition.ofOffset(
            Map.of("lsn", 5L, "lsn_proc", 5L, "lsn_commit", 5L, "txId", 7L, "ts_usec", 9L));
    assertThat(end.json()).doesNotContain("lsn_proc", "lsn_commit", "messageType");
    assertThat(end).isEqualTo(new LogPosition(5, 7L, Instant.EPOCH.plusNanos(9_000)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "{}", "{\"lsn\": 0, \"ts_usec\": 1}", "{\"lsn\": 7}", "{"})
  void refusesWhatItDidNotWrite(String text) {
    assertThatThrownBy(() -> LogPosition.parse(text)).hasMessageStartingWith("ING-019");
  }
}
