package io.millrace.staging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.StagingError;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A resource that was read whole three times, at offsets 0, 100 and 200. */
class OpeningsTest {
  private static final String TOPIC = "t.raw.shop.s";

  @TempDir Path folder;
  private final CutLog log = new CutLog(new News());
  private DuckDb duckDb;
  private Connection duck;
  private long held;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    for (int cut = 0; cut < 6; cut++) {
      OffsetRange range = new OffsetRange(0, cut * 50L, cut * 50L + 50, 50L, cut % 2 == 0);
      log.append(
          cut,
          Instant.EPOCH,
          new Cut("shop", cut - 1L, "", Map.of(TOPIC, List.of(range)), Instant.EPOCH));
    }
    Sql.run(duck, "CREATE TABLE kept AS SELECT 120 + range AS place FROM range(100)");
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  private Openings openings(String clause, String select) {
    return new Openings(log, StagedTable.definition(folder, clause, select), TOPIC, () -> held);
  }

  private Openings history() {
    return openings("HISTORY", "SELECT _position AS place, _op AS op, id, name");
  }

  private Optional<ErrorCode> lost(Openings openings, String key) {
    FoldedCut first = openings.first(6).orElseThrow();
    return openings.lost(duck, List.of(key), "kept", first).map(MillraceException::errorCode);
  }

  private static long number(Optional<FoldedCut> cut) {
    return cut.orElseThrow().number();
  }

  @Test
  void aHistoryBeginsAtTheOldestImageThatIsHeldAnyOtherAtTheNewest() {
    assertThat(number(history().first(6))).isZero();
    assertThat(number(openings("KEYS (id)", "SELECT id, name").first(6))).isEqualTo(4);
    assertThat(number(openings("APPEND", "SELECT id, name").first(4))).isEqualTo(2);
    held = 1;
    assertThat(number(history().first(6))).isEqualTo(2);
    held = 201;
    assertThat(number(history().first(6))).as("none is held whole").isEqualTo(4);
    assertThat(history().first(0)).isEmpty();
    assertThat(history().firstHeld(6)).isEmpty();
    held = 200;
    assertThat(number(history().firstHeld(6))).isEqualTo(4);
    assertThat(openings("APPEND", "SELECT id, name").firstHeld(4)).isEmpty();
  }

  @Test
  void aHistoryThatWouldLoseImagesIsNotComputedAnew() {
    held = 101;
    assertThat(lost(history(), "place")).contains(StagingError.STG_005_HISTORY_GONE);
    assertThat(history().lost(duck, List.of("place"), "kept", history().first(6).orElseThrow()))
        .get()
        .extracting(MillraceException::getMessage)
        .asString()
        .contains("staging.s is not computed anew", "cut 4", "rebuild staging.s --lose-history");
  }

  @Test
  void aHistoryThatIsHeldAsFarAsTheTableGoesIsComputedAnew() {
    assertThat(lost(history(), "place")).as("all is held").isEmpty();
    held = 1;
    assertThat(lost(history(), "place")).as("what the table has begins at 120").isEmpty();
    Sql.run(duck, "INSERT INTO kept VALUES (99)");
    assertThat(lost(history(), "place")).contains(StagingError.STG_005_HISTORY_GONE);
  }

  @Test
  void rowsThatWereToldApartOtherwiseNeedTheFirstImageOfAll() {
    held = 1;
    assertThat(lost(history(), "id")).contains(StagingError.STG_005_HISTORY_GONE);
    held = 0;
    assertThat(lost(history(), "id")).isEmpty();
  }

  @Test
  void aTableWithoutHistoryLosesNone() {
    held = 101;
    assertThat(lost(openings("KEYS (id)", "SELECT id, name"), "id")).isEmpty();
  }
}
