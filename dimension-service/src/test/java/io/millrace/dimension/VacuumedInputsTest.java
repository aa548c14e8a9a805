package io.millrace.dimension;

import static io.millrace.dimension.OrderStepsTest.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.CompactionGoal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs of which vacuum has taken what the dimension still asks for. */
class VacuumedInputsTest {
  private static final TableName FACTS = TableName.parse("staging.f");
  private static final String BY_TIME =
      "SEQUENCE BY updated_at STORED AS SCD TYPE 2 TRACK HISTORY ON (segment)";
  private static final String HISTORY = "FROM HISTORY " + BY_TIME;
  private static final String COLUMNS = "id, segment, phone, tie, updated_at";
  private static final String SHOWN = "id, coalesce(segment, '-'), is_current";
  private static final String ONE = rows("(1, 'a', 'x', 10), (2, 'a', 'x', 10)");
  private static final String TWO = rows("(1, 'b', 'x', 20), (2, 'b', 'x', 20)");

  @TempDir Path folder;

  /** Rows of the facts, each of the member of its number. */
  private static String facts(String members) {
    return "SELECT c::BIGINT AS id, c::BIGINT AS c FROM (VALUES " + members + ") t(c)";
  }

  private static void delete(List<Path> files) throws IOException {
    for (Path file : files) {
      Files.delete(file);
    }
  }

  /** Only the versions before the compaction lose their files; no version is announced for it. */
  private static void compactAndVacuum(StepShard shard, TableName table) throws IOException {
    List<Path> before = shard.files(table);
    assertThat(shard.lake().maintenance(table).compact(shard.duck(), CompactionGoal.usual()))
        .matches(c -> c.filesAfter() < c.filesBefore());
    delete(before);
  }

  @Test
  void rowsThatWereCompactedSinceAreReadAsTheyLieNow() throws Exception {
    var _ = Statements.inferring(folder, HISTORY, COLUMNS);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, rows("(1, 'a', 'x', 10)"));
      shard.input(StepShard.INPUT, ONE);
      shard.input(FACTS, facts("(1)"));
      shard.reached(StepShard.INPUT);
      shard.run();
      compactAndVacuum(shard, StepShard.INPUT);
      shard.restart(folder); // which holds no rows of the input
      shard.input(FACTS, facts("(1), (3)"));
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows(SHOWN)).containsExactly("1 a true", "2 a true", "3 - true");
      shard.order("");
      shard.reached(StepShard.INPUT, FACTS);
      shard.run();
      assertThat(shard.error()).as("rebuilt").isEmpty();
      assertThat(shard.table().through()).isEqualTo(shard.cut());
    }
  }

  @Test
  void rowsThatAreGoneWhenFactsBringKeysAreTakenAsTheyAreNow() throws Exception {
    var _ = Statements.inferring(folder, HISTORY, COLUMNS);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.input(FACTS, facts("(1)"));
      shard.reached(StepShard.INPUT);
      shard.run();
      List<Path> before = shard.files(StepShard.INPUT);
      shard.input(FACTS, facts("(1), (3)"));
      shard.input(StepShard.INPUT, TWO);
      delete(before);
      shard.reached(FACTS);
      shard.restart(folder);
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows(SHOWN)).containsExactly("1 b true", "2 b true", "3 - true");
      shard.input(StepShard.INPUT, rows("(1, 'b', 'x', 20)"));
      shard.reached(FACTS);
      shard.run();
      assertThat(shard.rows(SHOWN))
          .as("what is held was held once")
          .containsExactly("1 b true", "3 - true");
    }
  }

  @Test
  void aMemberThatIsRemovedIsInferredByTheFactsOfNowWhenThoseOfThenAreGone() throws Exception {
    var _ = Statements.inferring(folder, BY_TIME + " APPLY AS DELETE REMOVE", COLUMNS);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.input(FACTS, facts("(1)"));
      shard.reached(StepShard.INPUT);
      shard.run();
      List<Path> before = shard.files(FACTS);
      shard.input(StepShard.INPUT, rows("(2, 'a', 'x', 10)"));
      shard.input(FACTS, "SELECT 10 + id AS id, id AS c FROM (VALUES (1::BIGINT)) t(id)");
      delete(before);
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows(SHOWN)).containsExactly("1 - true", "2 a true");
    }
  }

  /** No later try finds them, so another order has to say how to go on. */
  @Test
  void anOrderWhoseRowsAreGoneIsRefused() throws Exception {
    var _ = Statements.dimension(folder, HISTORY);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.run();
      shard.order("");
      List<Path> before = shard.files(StepShard.INPUT);
      shard.input(StepShard.INPUT, TWO);
      delete(before);
      shard.restart(folder);
      shard.run();
      assertThat(shard.table().progress().failed()).isFalse();
      assertThat(shard.rows(SHOWN)).containsExactly("1 b true", "2 b true");
      assertThat(shard.error()).hasValueSatisfying(e -> assertThat(e).contains("LK-011"));
    }
  }

  /** Of such an input a rebuild is refused, so the order would stand beside a table that is new. */
  @Test
  void aTableThatIsMadeAnewIsNotRebuiltByOrdersOfTheFormer() throws Exception {
    var _ = Statements.dimension(folder, BY_TIME);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      shard.order("");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().through()).as("rebuilt").isEqualTo(shard.cut());
      List<Path> before = shard.files(StepShard.INPUT);
      shard.input(StepShard.INPUT, TWO);
      delete(before);
      shard.drop(StepShard.DIMENSION);
      shard.restart(folder);
      shard.run();
      assertThat(shard.rows(SHOWN)).containsExactly("1 b true", "2 b true");
      assertThat(shard.error()).isEmpty();
      shard.order("");
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.error())
          .as("its own order")
          .hasValueSatisfying(e -> assertThat(e).contains("DIM-003"));
    }
  }

  /** The difference is of a later cut, which its other inputs have not reached. */
  @Test
  void aDimensionIsNotSaidToBeAtACutWhoseChangesItStillLacks() throws Exception {
    var _ = Statements.inferring(folder, BY_TIME, COLUMNS);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, ONE);
      long there = shard.input(FACTS, facts("(1)"));
      shard.reached(StepShard.INPUT);
      shard.run();
      assertThat(shard.table().through()).isEqualTo(there);
      shard.input(StepShard.INPUT, TWO);
      shard.reached(FACTS);
      try (Stream<Path> files =
          Files.list(shard.lake().path(StepShard.INPUT).resolve("_change_data"))) {
        delete(files.toList());
      }
      shard.input(StepShard.INPUT, rows("(1, 'c', 'x', 30), (2, 'b', 'x', 20)"));
      shard.run();
      assertThat(shard.rows(SHOWN)).containsExactly("1 a true", "2 a true");
      assertThat(shard.table().through()).isEqualTo(there);
      shard.reached(FACTS);
      shard.run();
      assertThat(shard.rows(SHOWN))
          .containsExactly("1 a false", "1 c true", "2 a false", "2 b true");
      assertThat(shard.table().through()).isEqualTo(shard.cut());
    }
  }
}
