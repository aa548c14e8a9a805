package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys that facts bring, by example; {@link InferredPropertyTest} has them at random. */
class InferredMembersTest {
  static final long BEGINNING = -2_208_988_800_000_000L;
  private static final List<Long> FACTS = List.of(7L);
  private static final List<String> INFERRED = List.of("null/null [" + BEGINNING + ", open)*");
  private static final long SECOND = Histories.SECOND;

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  private Dimension dimension(Rules rules) {
    Dimension dimension =
        Statements.inferring(folder, rules.clauses(), "id, segment, phone, tie, updated_at");
    assertThat(dimension.infers()).isTrue();
    return dimension;
  }

  private Engine begin(Dimension dimension) {
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    return Engine.keyed(duck, dimension);
  }

  private void take(Engine engine, long seconds, Change... changes) {
    engine.take(List.of(changes), List.of(), FACTS, seconds * SECOND, "dim");
  }

  private void find(Engine engine, long seconds, Change... changes) {
    engine.take(List.of(changes), FACTS, FACTS, seconds * SECOND, "dim");
  }

  /** A fact before the row, the row, then older history, then a delete. */
  @Test
  void aMemberKeepsItsKeyFromTheFactToItsEnd() {
    Engine engine = begin(dimension(Rules.of(ScdType.TYPE_2)));
    find(engine, 10);
    long inferred = Sql.number(duck, "SELECT sk FROM dim WHERE id = 7 AND is_inferred");
    take(engine, 20, Change.put(7, 20 * SECOND, "a", "x"));
    assertThat(Sql.number(duck, "SELECT sk FROM dim WHERE id = 7 AND NOT is_inferred"))
        .as("completed in place")
        .isEqualTo(inferred);
    find(engine, 30, Change.put(7, 5 * SECOND, "b", "x"));
    assertThat(Sql.number(duck, "SELECT sk FROM dim WHERE id = 7 AND segment = 'b'"))
        .as("the older version takes the floor")
        .isEqualTo(inferred);
    take(engine, 40, Change.delete(7));
    find(engine, 50);
    assertThat(engine.rows("dim").get(7L))
        .containsExactly("b/x [" + BEGINNING + ", 20000000)", "a/x [20000000, 40000000)");
  }

  /** What is older than the beginning of time keeps its place and its end. */
  @Test
  void aStateBelowTheFloorIsTheFirstVersion() {
    Engine engine = begin(dimension(Rules.of(ScdType.TYPE_2)));
    find(engine, 10);
    long old = BEGINNING - 50_000_000 * SECOND;
    take(engine, 20, Change.put(7, 20 * SECOND, "b", "x"));
    take(engine, 30, Change.put(7, old, "a", "x"));
    assertThat(engine.rows("dim").get(7L))
        .containsExactly("a/x [" + old + ", 20000000)", "b/x [20000000, open)*");
  }

  /** The fact of one member comes before its end, that of the other after it. */
  @ParameterizedTest
  @EnumSource
  void anEndBeforeAnyStateSaysNothing(OnDelete action) {
    Engine engine = begin(dimension(new Rules(ScdType.TYPE_2, action, false, false)));
    State state = new State("a", "x");
    find(engine, 10, new Change(8, 10 * SECOND, 0, true, state));
    engine.take(
        List.of(new Change(7, 20 * SECOND, 0, true, state)),
        List.of(8L),
        List.of(7L, 8L),
        20 * SECOND,
        "dim");
    assertThat(engine.rows("dim").values())
        .as("both are inferred")
        .containsExactly(INFERRED, INFERRED);
    take(engine, 30, Change.put(7, 5 * SECOND, "b", "x"), Change.put(8, 5 * SECOND, "b", "x"));
    assertThat(engine.rows("dim").values())
        .as("with late states from before the ends")
        .containsOnly(List.of("b/x [" + BEGINNING + ", open)*"));
  }

  /** What a fact points to is there again, by its key alone. */
  @ParameterizedTest
  @EnumSource
  void aMemberThatIsRemovedIsInferredWhileFactsHoldIt(ScdType type) {
    Engine engine = begin(dimension(new Rules(type, OnDelete.REMOVE, false, false)));
    take(engine, 10, Change.put(7, 10 * SECOND, "a", "x"));
    find(engine, 20);
    take(engine, 30, Change.delete(7));
    assertThat(engine.rows("dim").get(7L))
        .singleElement()
        .asString()
        .startsWith(INFERRED.getFirst());
    assertThat(Sql.number(duck, "SELECT sk FROM dim WHERE id = 7"))
        .isEqualTo(ErasuresTest.inferred(duck, engine.dimension(), 7));
    take(engine, 40, Change.put(8, 40 * SECOND, "a", "x"));
    take(engine, 50, Change.delete(8));
    assertThat(engine.rows("dim").keySet()).as("8 is in no fact").containsExactly(7L);
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWhoWasErasedIsInferredAgain(ScdType type) {
    Dimension dimension = dimension(Rules.of(type));
    Engine engine = begin(dimension);
    engine.fill("z", List.of());
    engine.events().take("z", new InputRows.Moment(Instant.EPOCH, false));
    Floors floors = new Floors(duck, dimension);
    floors.clear();
    floors.infer(
        Engine.keys(List.of(1L, 2L)), "dim", List.of(ErasuresTest.inferred(duck, dimension, 1)));
    engine.wanted("dim");
    engine.put("dim");
    assertThat(engine.rows("dim").keySet()).containsExactly(2L);
  }
}
