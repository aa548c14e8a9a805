package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The history rule, case by case. */
class MembersTest {
  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;
  private Dimension dimension;

  @BeforeEach
  void open() {
    dimension =
        Statements.dimension(
            folder, "SEQUENCE BY updated_at STORED AS SCD TYPE 2 TRACK HISTORY ON (segment)");
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  private void apply(long seconds, Change... changes) {
    Engine.keyed(duck, dimension).take(List.of(changes), seconds * 1_000_000, "dim");
  }

  /**
   * Rows of a key as {@code segment/phone [from, to)}, in seconds; {@code *} marks the current one.
   */
  private List<String> history(long id) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement s = duck.createStatement();
        ResultSet r =
            s.executeQuery(
                "SELECT segment, phone, epoch_us(valid_from), epoch_us(valid_to), is_current FROM"
                    + " dim WHERE sk > 0 AND id = "
                    + id
                    + " ORDER BY valid_from")) {
      while (r.next()) {
        found.add(
            show(r.getString(1), r.getString(2), r.getLong(3), r.getLong(4))
                + (r.getBoolean(5) ? "*" : ""));
      }
    }
    return found;
  }

  private static final long OPEN =
      Instant.parse("9999-12-31T00:00:00Z").getEpochSecond() * 1_000_000;

  private static String show(@Nullable String segment, @Nullable String phone, long from, long to) {
    return segment + "/" + phone + " [" + from + ", " + (to == OPEN ? "open" : to) + ")";
  }

  @Test
  void splitsTheIntervalThatALateChangeFallsInto() throws SQLException {
    apply(10, Change.put(1, 10_000_000, "a", "x"));
    apply(30, Change.put(1, 30_000_000, "c", "x"));
    apply(31, Change.put(1, 20_000_000, "b", "x"));
    assertThat(history(1))
        .containsExactly(
            show("a", "x", 10_000_000, 20_000_000),
            show("b", "x", 20_000_000, 30_000_000),
            show("c", "x", 30_000_000, OPEN) + "*");
  }

  @Test
  void updatesUntrackedColumnsInPlaceAndSeesNullBecomeAValue() throws SQLException {
    apply(10, Change.put(1, 10_000_000, null, "x"));
    apply(20, Change.put(1, 20_000_000, null, "y"));
    apply(30, Change.put(1, 30_000_000, "a", "y"));
    assertThat(history(1))
        .containsExactly(
            show(null, "y", 10_000_000, 30_000_000), show("a", "y", 30_000_000, OPEN) + "*");
  }

  @Test
  void closesADeletedKeyAndOpensAGapWhenItReturns() throws SQLException {
    apply(10, Change.put(1, 10_000_000, "a", "x"));
    apply(20, Change.delete(1));
    assertThat(history(1)).containsExactly(show("a", "x", 10_000_000, 20_000_000));
    apply(40, Change.put(1, 40_000_000, "a", "x"));
    assertThat(history(1))
        .containsExactly(
            show("a", "x", 10_000_000, 20_000_000), show("a", "x", 40_000_000, OPEN) + "*");
  }

  @Test
  void doesNotReviveADeletedKeyByALateChange() throws SQLException {
    apply(10, Change.put(1, 10_000_000, "a", "x"));
    apply(30, Change.delete(1));
    apply(31, Change.put(1, 20_000_000, "b", "x"));
    assertThat(history(1))
        .containsExactly(
            show("a", "x", 10_000_000, 20_000_000), show("b", "x", 20_000_000, 30_000_000));
  }

  @Test
  void replacesAVersionInPlaceAtTheSameTimeAndKeepsItsKey() throws SQLException {
    apply(10, Change.put(1, 10_000_000, "a", "x"));
    long key = Sql.number(duck, "SELECT sk FROM dim WHERE id = 1 AND sk > 0");
    apply(11, Change.put(1, 10_000_000, "b", "x"));
    assertThat(history(1)).containsExactly(show("b", "x", 10_000_000, OPEN) + "*");
    assertThat(Sql.number(duck, "SELECT sk FROM dim WHERE id = 1 AND sk > 0")).isEqualTo(key);
    assertThat(key).isPositive();
  }

  /** As the input's key column is called otherwise since: what goes has NULL in the new name. */
  @Test
  void aRowThatGoesWithoutAKeyIsNobodys() throws SQLException {
    apply(10, Change.put(1, 10_000_000, "a", "x"));
    Engine engine = Engine.keyed(duck, dimension);
    engine.fill("z", List.of(Change.put(1, 10_000_000, "a", "x"), Change.delete(1)));
    Sql.run(duck, "UPDATE z SET id = NULL WHERE _weight < 0");
    engine.events().take("z", new InputRows.Moment(Instant.ofEpochSecond(20), false));
    engine.wanted("dim");
    engine.put("dim");
    assertThat(history(1)).containsExactly(show("a", "x", 10_000_000, OPEN) + "*");
  }

  /** A source's clock may stand still, or have been ahead once; the log's order is that of time. */
  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "7"})
  void aKeyThatReturnsAtTheTimeOfItsEndIsBack(String type) throws SQLException {
    dimension = Statements.dimension(folder, "STORED AS SCD TYPE " + type);
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    apply(10, Change.put(1, 10_000_000, "a", "x"));
    apply(10, Change.delete(1));
    apply(10, Change.put(1, 10_000_000, "b", "x"));
    assertThat(history(1).getLast()).startsWith("b/x").endsWith("open)*");
    apply(10, Change.delete(1));
    assertThat(history(1)).noneMatch(row -> row.endsWith("*"));
    apply(9, Change.put(1, 9_000_000, "c", "x"));
    assertThat(history(1).getLast()).startsWith("c/x").endsWith("open)*");
    assertThat(history(1)).filteredOn(row -> row.endsWith("*")).hasSize(1);
  }

  /** A version that began there would have no time, and the one before it would stay current. */
  @Test
  void refusesATimeAtTheOpenEnd() {
    apply(10, Change.put(1, 10_000_000, "a", "x"));
    apply(20, Change.put(1, OPEN - 1, "b", "x"));
    assertThatThrownBy(() -> apply(30, Change.put(1, OPEN, "c", "x")))
        .hasMessageStartingWith("DIM-002 ")
        .hasMessageContaining("9999-12-31");
  }

  @Test
  void leavesDefaultMembersAlone() {
    apply(10, Change.put(-1, 10_000_000, "a", "x"));
    apply(20, Change.delete(-1));
    assertThat(
            Sql.number(duck, "SELECT count(*) FROM dim WHERE sk BETWEEN -4 AND -1 AND is_current"))
        .isEqualTo(4);
  }

  /** No two natural keys are known that collide, so another key's row is given the same. */
  @Test
  void refusesASurrogateKeyThatAnotherMemberHas() {
    apply(10, Change.put(1, 5_000_000, "A", "1"), Change.put(2, 5_000_000, "B", "2"));
    Sql.run(duck, "UPDATE dim SET id = 3 WHERE id = 2");
    assertThatThrownBy(() -> apply(20, Change.put(2, 5_000_000, "B", "2")))
        .hasMessageStartingWith("DIM-001 ")
        .hasMessageContaining("dim.c");
    apply(30, Change.put(1, 7_000_000, "C", "1"));
  }

  @Test
  void refusesASurrogateKeyTwiceInOneStep() {
    apply(10, Change.put(1, 5_000_000, "A", "1"));
    Sql.run(duck, "INSERT INTO " + Members.WANTED + " FROM " + Members.WANTED);
    assertThatThrownBy(() -> KeyCollisions.refuse(duck, dimension, "dim"))
        .hasMessageStartingWith("DIM-001 ");
  }
}
