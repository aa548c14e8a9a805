package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.RestoreMode;
import io.millrace.warehouse.Dimension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders, as a dimension comes upon them among the versions of its input. */
class OrderStepsTest {
  private static final String TYPE_2 =
      "SEQUENCE BY updated_at STORED AS SCD TYPE 2 TRACK HISTORY ON (segment)";
  private static final String SHOWN =
      "id, segment, coalesce(phone, '-'), epoch(valid_from)::BIGINT, is_current";

  @TempDir Path folder;

  /** Rows of the input: {@code (id, segment, phone, seconds)}, ... */
  static String rows(String values) {
    return "SELECT id::BIGINT AS id, segment, phone, 0::BIGINT AS tie, NULL::VARCHAR AS op,"
        + " to_timestamp(seconds) AS updated_at FROM (VALUES "
        + values
        + ") t(id, segment, phone, seconds)";
  }

  @Test
  void takesTheVersionsOfItsInput() throws Exception {
    var _ = Statements.dimension(folder, TYPE_2);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, rows("(1, 'a', 'x', 10), (2, 'a', 'x', 10)"));
      shard.input(StepShard.INPUT, rows("(1, 'b', 'x', 20), (2, 'b', 'x', 20)"));
      shard.run();
      assertThat(shard.rows(SHOWN))
          .containsExactly("1 a x 10 false", "1 b x 20 true", "2 a x 10 false", "2 b x 20 true");
    }
  }

  /** A date does not tell which of the day's changes came first; the log does. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aKeyThatReturnsOnTheDayOfItsDeleteIsThereAgain(int type) throws Exception {
    var _ =
        Statements.dimensions(
            folder,
            "SEQUENCE BY updated_on STORED AS SCD TYPE " + type,
            "id, segment, updated_at::DATE AS updated_on");
    String shown = "id, segment, epoch(valid_from)::BIGINT, is_current";
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, rows("(1, 'a', 'x', 10), (2, 'a', 'x', 10)"));
      shard.input(StepShard.INPUT, rows("(2, 'a', 'x', 10)"));
      shard.input(StepShard.INPUT, rows("(1, 'b', 'x', 20), (2, 'a', 'x', 10)"));
      shard.run();
      List<String> returned =
          type == 1
              ? List.of("1 b 0 true", "2 a 0 true")
              : List.of("1 a 0 false", "1 b 1001 true", "2 a 0 true");
      assertThat(shard.rows(shown)).isEqualTo(returned);
      shard.input(StepShard.INPUT, rows("(1, 'c', 'x', 30), (2, 'a', 'x', 10)"));
      shard.run();
      List<String> changed = returned.stream().map(row -> row.replace(" b ", " c ")).toList();
      assertThat(shard.rows(shown)).as("of one day is one version").isEqualTo(changed);
      shard.order("");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.rows(shown)).as("rebuilt").isEqualTo(changed);
    }
  }

  private static final String BY_COMMIT = "STORED AS SCD TYPE 2 TRACK HISTORY ON (segment)";
  private static final String ONE = rows("(1, 'a', 'x', 10), (2, 'a', 'x', 10)");
  private static final String TWO = rows("(1, 'b', 'x', 20), (2, 'b', 'x', 20)");
  private static final String COLUMNS = "id, segment, phone, tie, updated_at";

  /** What the input brought before the cut is in the rows of then, also where it changed none. */
  @Test
  void aRewindTakesNothingThatCameBeforeItsCut() throws Exception {
    var _ = Statements.dimensions(folder, BY_COMMIT, "id, segment");
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      long cut = shard.input(StepShard.INPUT, rows("(1, 'a', 'y', 10), (2, 'a', 'y', 10)"));
      shard.run();
      var _ =
          Statements.dimensions(
              folder,
              "STORED AS SCD TYPE 2 TRACK HISTORY ON (segment, phone)",
              "id, segment, phone");
      shard.restart(folder);
      shard.order(",\"rewindTo\":" + cut);
      shard.input(StepShard.INPUT, rows("(1, 'a', 'z', 10), (2, 'a', 'y', 10)"));
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows("id, segment, phone, is_current"))
          .containsExactly("1 a y false", "1 a z true", "2 a y true");
    }
  }

  /** Statements of services are held for a time, and of versions the newest alone. */
  @Test
  void anOrderIsCarriedOutWhenTheVersionBeforeItIsNoLongerAnnounced() throws Exception {
    var _ = Statements.dimension(folder, TYPE_2);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.run();
      shard.order("");
      shard.input(StepShard.INPUT, TWO);
      shard.restart(folder); // which knows the newest version alone
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows(SHOWN))
          .containsExactly("1 a x 10 false", "1 b x 20 true", "2 a x 10 false", "2 b x 20 true");
    }
  }

  /** A replay stops at rows that the statement cannot take. */
  @Test
  void anOrderThatCannotBeCarriedOutMakesWayForTheNext() throws Exception {
    var _ = Statements.dimensions(folder, BY_COMMIT, COLUMNS);
    try (StepShard shard = new StepShard(folder)) {
      long cut = changedBehindRowsWithoutTime(shard);
      shard.restart(folder);
      shard.order("");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().progress().failed()).isTrue();
      shard.order(",\"rewindTo\":" + cut);
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.table().definitionChanged()).isFalse();
      shard.order("");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().progress().failed()).as("goes on as it was").isFalse();
      assertThat(shard.table().through()).isEqualTo(shard.cut());
      assertThat(shard.error()).hasValueSatisfying(e -> assertThat(e).contains("DIM-002"));
      shard.order(",\"rewindTo\":" + cut);
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.error()).as("after another order").isEmpty();
    }
  }

  /** A statement by time over an input that began without; the cut from which on all rows fit. */
  private long changedBehindRowsWithoutTime(StepShard shard) throws Exception {
    shard.input(StepShard.INPUT, rows("(1, 'a', 'x', NULL), (2, 'a', 'x', NULL)"));
    long cut = shard.input(StepShard.INPUT, TWO);
    shard.run();
    var _ = Statements.dimension(folder, TYPE_2);
    return cut;
  }

  @Test
  void ordersThatWaitWhenItStartsAreLookedAtInTurn() throws Exception {
    var _ = Statements.dimensions(folder, BY_COMMIT, COLUMNS);
    try (StepShard shard = new StepShard(folder)) {
      long cut = changedBehindRowsWithoutTime(shard);
      shard.order("");
      shard.order(",\"rewindTo\":" + cut);
      shard.restart(folder);
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.table().definitionChanged()).isFalse();
    }
  }

  @Test
  void aMemberWhoseDeleteIsIgnoredCanBeErased() throws Exception {
    var _ = Statements.dimension(folder, TYPE_2 + " APPLY AS DELETE IGNORE");
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.input(StepShard.INPUT, rows("(2, 'b', 'x', 20)"));
      shard.run();
      assertThat(shard.rows(SHOWN)).contains("1 a x 10 true");
      shard.order(
          ",\"erase\":["
              + ErasuresTest.inferred(shard.duck(), Statements.dimension(folder, TYPE_2), 1)
              + "]");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.rows(SHOWN)).containsExactly("2 a x 10 false", "2 b x 20 true");
      shard.order("");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.rows(SHOWN))
          .as("rebuilt")
          .containsExactly("2 a x 10 false", "2 b x 20 true");
    }
  }

  @Test
  void anInputThatWasRestoredIsFollowed() throws Exception {
    var _ = Statements.dimension(folder, "STORED AS SCD TYPE 1");
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.input(StepShard.INPUT, TWO);
      shard.run();
      long version = shard.lake().maintenance(StepShard.INPUT).restore(1, RestoreMode.ANY_CUT);
      shard.announce(
          StepShard.INPUT,
          shard.cut(),
          new PublishedVersion(
              "staging.c",
              shard.lake().open(StepShard.INPUT).id(),
              version - 1,
              version,
              0L,
              null));
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows("id, segment")).containsExactly("1 a", "2 a");
      shard.order("");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.rows("id, segment")).as("rebuilt").containsExactly("1 a", "2 a");
    }
  }

  @Test
  void anInputThatWasDroppedAndMadeAgainIsFollowed() throws Exception {
    var _ = Statements.dimension(folder, "STORED AS SCD TYPE 1");
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.input(StepShard.INPUT, TWO);
      shard.run();
      shard.drop(StepShard.INPUT);
      shard.input(StepShard.INPUT, rows("(3, 'c', 'x', 20), (4, 'c', 'x', 20)"));
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows("id, segment, is_current"))
          .containsExactly("1 b false", "2 b false", "3 c true", "4 c true");
    }
  }

  /** Until the new table is announced, what is announced is of the former one. */
  @ParameterizedTest
  @ValueSource(strings = {"", "FROM HISTORY SEQUENCE BY updated_at "})
  void anInputThatWasMadeAgainIsNotTakenForTheFormer(String feed) throws Exception {
    var _ = Statements.dimension(folder, feed + "STORED AS SCD TYPE 1");
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.run();
      shard.input(StepShard.INPUT, TWO);
      shard.drop(StepShard.INPUT);
      var _ = shard.commit(StepShard.INPUT, shard.cut("s", "x"), rows("(3, 'c', 'x', 30)"));
      long cut = shard.cut("s", "x");
      PublishedVersion anew = shard.commit(StepShard.INPUT, cut, rows("(4, 'c', 'x', 30)"));
      shard.restart(folder);
      shard.run();
      assertThat(shard.rows("id, segment")).containsExactly("1 a", "2 a");
      assertThat(shard.error()).hasValueSatisfying(e -> assertThat(e).contains("LK-011"));
      shard.announce(StepShard.INPUT, cut, anew);
      shard.order(",\"erase\":[5]"); // of nobody, but lets it try again now
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.error()).isEmpty();
      assertThat(shard.rows("id, segment, is_current"))
          .isEqualTo(
              feed.isEmpty() ? List.of("1 a false", "2 a false", "4 c true") : List.of("4 c true"));
    }
  }

  /** Announcements are held for a time; the change feed tells of what came before an order. */
  @Test
  void anErasureComesBehindVersionsThatAreNoLongerAnnounced() throws Exception {
    Dimension dimension = Statements.dimension(folder, TYPE_2);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.input(StepShard.INPUT, rows("(2, 'a', 'x', 10)"));
      shard.run();
      shard.input(StepShard.INPUT, rows("(1, 'c', 'x', 2000), (2, 'a', 'x', 10)"));
      shard.input(StepShard.INPUT, rows("(2, 'a', 'x', 10)"));
      shard.order(",\"erase\":[" + ErasuresTest.inferred(shard.duck(), dimension, 1) + "]");
      shard.input(StepShard.INPUT, rows("(2, 'a', 'y', 10)"));
      shard.restart(folder); // which knows the newest version alone
      shard.run();
      assertThat(shard.error()).isEmpty();
      assertThat(shard.rows(SHOWN)).containsExactly("2 a y 10 true");
    }
  }

  @Test
  void anErasureIsDecidedByTheRowsThatAreHeldWhenThoseOfThenAreVacuumed() throws Exception {
    Dimension dimension = Statements.dimension(folder, "FROM HISTORY " + TYPE_2);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.run();
      shard.order(",\"erase\":[" + ErasuresTest.inferred(shard.duck(), dimension, 1) + "]");
      List<Path> before = shard.files(StepShard.INPUT);
      shard.input(StepShard.INPUT, TWO);
      for (Path file : before) {
        Files.delete(file);
      }
      shard.restart(folder);
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows(SHOWN)).containsExactly("1 b x 20 true", "2 b x 20 true");
    }
  }
}
