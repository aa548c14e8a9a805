package io.millrace.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.millrace.contracts.error.StagingError;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StagedRowsTest {
  @TempDir Path folder;

  /** A record of cut 7. */
  private static String record(long position, String op, String id, String name) {
    return "(%s, %s, '%s', TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL 1 SECOND * %d, %d, 0, 7)"
        .formatted(id, name, op, position, position);
  }

  @Test
  void theLastImageOfAKeyDecides() throws SQLException {
    try (StagedTable table = new StagedTable(folder, "KEYS (id)", "SELECT id, name")) {
      table.take(
          List.of(
              record(1, "c", "1", "'a'"),
              record(2, "c", "2", "'b'"),
              record(3, "u", "1", "'c'"),
              record(4, "d", "2", "NULL")),
          7,
          false);
      assertThat(table.rowsAt(1)).containsExactly("1 c");
    }
  }

  @Test
  void anyChangeOfAFloatingNumberIsTaken() throws SQLException {
    try (StagedTable table =
        new StagedTable(folder, "KEYS (id)", "SELECT id, name::DOUBLE AS seconds")) {
      table.take(List.of(record(1, "c", "1", "'1700000000.5'")), 7, false);
      table.take(List.of(record(2, "u", "1", "'1700000001.5'")), 8, false);
      assertThat(table.rowsAt(table.version())).containsExactly("1 1700000001.5");
    }
  }

  @Test
  void everyImageIsARowOfAHistory() throws SQLException {
    try (StagedTable table =
        new StagedTable(
            folder,
            "HISTORY",
            "SELECT _position AS place, id, name, _op AS op, _cut AS cut,"
                + " epoch(_committed_at)::BIGINT % 86400 AS second")) {
      table.take(
          List.of(
              record(3, "t", "NULL", "NULL"),
              record(4, "r", "1", "'a'"),
              record(6, "u", "1", "'b'"),
              record(7, "u", "1", "'b'"),
              record(8, "d", "1", "'b'")),
          7,
          false);
      assertThat(table.rowsAt(1))
          .containsExactly("3 t 7 3", "4 1 a r 7 4", "6 1 b u 7 6", "7 1 b u 7 7", "8 1 b d 7 8");
    }
  }

  @Test
  void equalRowsThatCameAreAllThere() throws SQLException {
    try (StagedTable table = new StagedTable(folder, "APPEND", "SELECT name")) {
      table.take(List.of(record(1, "c", "1", "'a'"), record(2, "c", "2", "'a'")), 7, false);
      table.take(List.of(record(3, "c", "3", "'a'")), 8, false);
      assertThat(table.rowsAt(2)).containsExactly("a", "a", "a");
    }
  }

  /** DuckDB says of these that they are not implemented. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "TIMESTAMP '2026-01-01 00:00:00' AT TIME ZONE name",
        "time_bucket(INTERVAL (length(name) - 3) HOUR, TIMESTAMP '2026-01-01 00:00:00')"
      })
  void aRowWhoseTimeZoneOrPeriodIsNoneIsSetAside(String value) throws SQLException {
    try (StagedTable table =
        new StagedTable(folder, "KEYS (id)", "SELECT id, epoch(" + value + ")::BIGINT AS at")) {
      List<Refusal> refused =
          table.take(
              List.of(record(1, "c", "1", "'Asia/Tokyo'"), record(2, "c", "2", "'Nil'")), 7, false);
      assertThat(refused)
          .extracting(Refusal::position, Refusal::code)
          .containsExactly(tuple(2L, StagingError.STG_001_ROW_REFUSED));
      assertThat(table.rowsAt(1)).singleElement().asString().startsWith("1 ");
    }
  }

  @Test
  void aChangeOfAnAppendedRowIsSetAside() throws SQLException {
    try (StagedTable table = new StagedTable(folder, "APPEND", "SELECT id, name")) {
      List<Refusal> refused =
          table.take(
              List.of(
                  record(1, "c", "1", "'a'"),
                  record(2, "u", "1", "'b'"),
                  record(3, "c", "2", "'c'"),
                  record(4, "d", "1", "'b'")),
              7,
              false);
      assertThat(refused)
          .extracting(Refusal::position, Refusal::stage, Refusal::code)
          .containsExactly(
              tuple(2L, Refusal.Stage.APPEND, StagingError.STG_004_NOT_APPENDED),
              tuple(4L, Refusal.Stage.APPEND, StagingError.STG_004_NOT_APPENDED));
      assertThat(table.rowsAt(1)).containsExactly("1 a", "2 c");
    }
  }

  @Test
  void anImageReadAgainChangesNothingOfWhatWasAppended() throws SQLException {
    try (StagedTable table = new StagedTable(folder, "APPEND", "SELECT id, name")) {
      table.take(List.of(record(1, "c", "1", "'a'"), record(2, "c", "2", "'b'")), 7, false);
      table.take(
          List.of(
              record(3, "t", "NULL", "NULL"),
              record(4, "r", "2", "'b'"),
              record(5, "r", "1", "'a'")),
          8,
          false);
      assertThat(table.version()).isEqualTo(1);
    }
  }

  @Test
  void allColumnsAreThoseOfTheSourceAlone() throws SQLException {
    try (StagedTable table =
        new StagedTable(folder, "KEYS (id)", "SELECT *, name || '!' AS loud, _cut AS cut")) {
      table.take(List.of(record(1, "c", "1", "'a'")), 7, false);
      assertThat(table.rowsAt(1)).containsExactly("1 a a! 7");
    }
  }

  @Test
  void onlyTheImagesAfterTheLastGoodOneOfTheirKeyAreRefused() throws SQLException {
    try (StagedTable table =
        new StagedTable(folder, "KEYS (id)", "SELECT id, name::INTEGER AS number")) {
      List<Refusal> refused =
          table.take(
              List.of(
                  record(1, "c", "1", "'one'"),
                  record(2, "u", "1", "'2'"),
                  record(3, "u", "1", "'three'"),
                  record(4, "u", "1", "'four'"),
                  record(5, "c", "2", "'five'"),
                  record(6, "d", "2", "NULL"),
                  record(7, "c", "3", "'7'"),
                  record(8, "c", "4", "'eight'")),
              7,
              false);
      assertThat(refused).extracting(Refusal::position).containsExactly(3L, 4L, 8L);
      assertThat(table.rowsAt(1)).containsExactly("1 2", "3 7");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          KEYS (id) | SELECT id, name::INTEGER AS number                              | 4000
          APPEND    | SELECT id, name::INTEGER AS number                              | 4000
          HISTORY   | SELECT _position AS place, _op AS op, name::INTEGER AS number   | 4000
          APPEND    | SELECT *, name::INTEGER AS number                               | 4000
          KEYS (id) | SELECT id, name::INTEGER AS number, number + 1 AS next          | 1100
          KEYS (id) | SELECT * REPLACE (name::INTEGER AS name)                        | 1100
          """)
  @Timeout(60)
  void aTopicOfNothingButGarbageIsRefusedWhole(String rows, String select, int records)
      throws SQLException {
    try (StagedTable table = new StagedTable(folder, rows, select)) {
      List<String> garbage =
          LongStream.range(0, records)
              .mapToObj(position -> record(position, "c", position % 3 + "", "'garbage'"))
              .toList();
      assertThat(table.take(garbage, 7, false))
          .hasSize(records)
          .extracting(Refusal::code)
          .containsOnly(StagingError.STG_001_ROW_REFUSED);
      assertThat(table.version()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id, name::INTEGER AS number",
        "SELECT id, name::INTEGER AS number, number AS same",
        "SELECT id, CASE WHEN name = 'none' THEN NULL ELSE name::INTEGER END AS number",
        "SELECT id, (name || '0')::HUGEINT // 10 AS number"
      })
  void whatIsRefusedAmongManyIsTheSameHoweverItIsFound(String select) throws SQLException {
    try (StagedTable table = new StagedTable(folder, "KEYS (id)", select)) {
      List<String> records =
          LongStream.range(0, 3_000)
              .mapToObj(position ->
                  record(position, "c", position + "", position % 700 == 5 ? "'x'" : "'7'"))
              .toList();
      assertThat(table.take(records, 7, false))
          .extracting(Refusal::position)
          .containsExactly(5L, 705L, 1405L, 2105L, 2805L);
      assertThat(table.rowsAt(1)).hasSize(2_995);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT id, name::INTEGER AS number WHERE name <> 'left out' | true
          SELECT id, name WHERE name = 'left out' OR name::INTEGER < 5 | false
          """)
  void whatWhereLeavesOutIsNotRefusedAndWhatItCannotTakeIs(String select, boolean inOnePass)
      throws SQLException {
    try (StagedTable table = new StagedTable(folder, "KEYS (id)", select)) {
      assertThat(
              table.take(
                  List.of(
                      record(1, "c", "1", "'left out'"),
                      record(2, "c", "2", "'x'"),
                      record(3, "c", "3", "'3'")),
                  7,
                  false))
          .extracting(Refusal::position)
          .containsExactly(2L);
      assertThat(table.rowsAt(1)).contains("3 3");
    }
    assertThat(StagedTable.definition(folder, "KEYS (id)", select).refused("x").isPresent())
        .isEqualTo(inOnePass);
  }

  @Test
  void anImageThatCannotBeConvertedIsSetAsideAndTheOthersOfItsKeyStay() throws SQLException {
    try (StagedTable table =
        new StagedTable(
            folder, "HISTORY", "SELECT _position AS place, _op AS op, name::INTEGER AS number")) {
      List<Refusal> refused =
          table.take(
              List.of(
                  record(1, "c", "1", "'1'"),
                  record(2, "u", "1", "'two'"),
                  record(3, "d", "1", "'3'")),
              7,
              false);
      assertThat(refused).extracting(Refusal::position).containsExactly(2L);
      assertThat(refused).extracting(Refusal::code).containsOnly(StagingError.STG_001_ROW_REFUSED);
      assertThat(table.rowsAt(1)).containsExactly("1 c 1", "3 d 3");
    }
  }
}
