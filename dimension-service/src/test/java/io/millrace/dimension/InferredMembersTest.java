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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories of keys that facts bring before, amid or after their rows. What a dimension
 * should show is what {@link KeyedModel} says without facts, but for the place where it begins.
 */
class InferredMembersTest {
  private static final int KEYS = Integer.getInteger("millrace.chain.cases", 1_000) / 20;
  private static final long BEGINNING = -2_208_988_800_000_000L;
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

  /** Every type closing, and with another policy in turn. */
  static Stream<Rules> rules() {
    List<ScdType> types = List.of(ScdType.values());
    List<OnDelete> others = List.of(OnDelete.FLAG, OnDelete.REMOVE, OnDelete.IGNORE);
    return types.stream()
        .flatMap(type ->
            Stream.of(OnDelete.CLOSE, others.get(types.indexOf(type) % others.size()))
                .map(action -> new Rules(type, action, false, false)));
  }

  private Dimension dimension(Rules rules) {
    Dimension dimension =
        Statements.inferring(
            folder,
            rules.clauses().replace(" WHEN (op = 'd')", ""),
            "id, segment, phone, tie, updated_at");
    assertThat(dimension.infers()).isTrue();
    return dimension;
  }

  @ParameterizedTest
  @MethodSource("rules")
  void showsTheModelsRowsOnAFloor(Rules rules) {
    assertThat(firstDifference(rules, KEYS, UnaryOperator.identity())).isEmpty();
  }

  @Test
  void isCaughtWhenAnInferredMemberIsLeftOpen() {
    assertThat(
            firstDifference(
                Rules.of(ScdType.TYPE_2),
                KEYS,
                sql -> {
                  assertThat(sql).contains("QUALIFY NOT (_floor AND");
                  return sql.replace("QUALIFY NOT (_floor AND", "QUALIFY NOT (FALSE AND");
                }))
        .isPresent();
  }

  private Optional<String> firstDifference(Rules rules, int keys, UnaryOperator<String> planted) {
    long seed = ChainPropertyTest.seed();
    Random random = new Random(seed);
    Dimension dimension = dimension(rules);
    Engine engine = new Engine(duck, dimension, new KeyedEvents(duck, dimension), planted);
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    TreeMap<Long, KeyedModel> models = new TreeMap<>();
    for (long key = 1; key <= keys; key++) {
      models.put(key, new KeyedModel(rules));
    }
    TreeSet<Long> floors = new TreeSet<>();
    for (int cut = 1; cut <= 10; cut++) {
      long committedAt = cut * 10L * SECOND;
      List<Change> changes = new ArrayList<>();
      List<Long> found = new ArrayList<>();
      for (Map.Entry<Long, KeyedModel> entry : models.entrySet()) {
        KeyedModel model = entry.getValue();
        long key = entry.getKey();
        boolean was = !model.rows().isEmpty();
        if (random.nextInt(3) == 0) {
          Change change = change(random, key, model.staged(), cut);
          model.apply(change, committedAt);
          changes.add(change);
          if (change.state() == null && rules.action() == OnDelete.REMOVE) {
            floors.remove(key);
          }
        }
        if (random.nextInt(4) == 0) {
          found.add(key);
          if (!was && model.rows().isEmpty()) {
            floors.add(key);
          }
        }
      }
      engine.take(changes, found, committedAt, "dim");
      Map<Long, List<String>> rows = engine.rows("dim");
      for (Map.Entry<Long, KeyedModel> entry : models.entrySet()) {
        List<String> expected =
            floors.contains(entry.getKey())
                ? onAFloor(rules, entry.getValue().rows())
                : entry.getValue().rows();
        List<String> shown = rows.getOrDefault(entry.getKey(), List.of());
        if (!shown.equals(expected)) {
          return Optional.of(
              "seed %d, cut %d, key %d, %s: expected %s, found %s"
                  .formatted(seed, cut, entry.getKey(), changes, expected, shown));
        }
      }
    }
    assertThat(Sql.number(duck, faults()))
        .as("inferred rows with attributes, or others without a time, seed %d", seed)
        .isZero();
    return Optional.empty();
  }

  private static String faults() {
    return "SELECT count(*) FROM dim WHERE sk > 0 AND (is_inferred <> (known_from IS NULL) OR"
        + " known_from < valid_from OR (is_inferred AND updated_at IS NOT NULL))";
  }

  private static Change change(Random random, long key, boolean staged, int cut) {
    if (staged && random.nextInt(4) == 0) {
      return Change.delete(key);
    }
    long micros = random.nextInt(3) == 0 ? random.nextInt(cut * 10) * SECOND : cut * 10L * SECOND;
    return Change.put(
        key, micros, random.nextBoolean() ? "a" : "b", random.nextBoolean() ? "x" : null);
  }

  private static List<String> onAFloor(Rules rules, List<String> rows) {
    if (rows.isEmpty()) {
      String shown =
          switch (rules.type()) {
            case TYPE_3 -> " was null";
            case TYPE_6 -> " now null";
            case TYPE_0, TYPE_1, TYPE_2, TYPE_7 -> "";
          };
      return List.of("null/null [" + BEGINNING + ", open)*" + shown);
    }
    List<String> moved = new ArrayList<>(rows);
    moved.set(0, rows.getFirst().replaceFirst("\\[\\d+,", "[" + BEGINNING + ","));
    return moved;
  }

  /** A fact before the row, the row, then older history, then a delete. */
  @Test
  void aMemberKeepsItsKeyFromTheFactToItsEnd() {
    Dimension dimension = dimension(Rules.of(ScdType.TYPE_2));
    Engine engine = Engine.keyed(duck, dimension);
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    engine.take(List.of(), List.of(7L), 10 * SECOND, "dim");
    long inferred = Sql.number(duck, "SELECT sk FROM dim WHERE id = 7 AND is_inferred");
    engine.take(List.of(Change.put(7, 20 * SECOND, "a", "x")), List.of(), 20 * SECOND, "dim");
    assertThat(Sql.number(duck, "SELECT sk FROM dim WHERE id = 7 AND NOT is_inferred"))
        .as("completed in place")
        .isEqualTo(inferred);
    engine.take(List.of(Change.put(7, 5 * SECOND, "b", "x")), List.of(7L), 30 * SECOND, "dim");
    assertThat(Sql.number(duck, "SELECT sk FROM dim WHERE id = 7 AND segment = 'b'"))
        .as("the older version takes the floor")
        .isEqualTo(inferred);
    engine.take(List.of(Change.delete(7)), List.of(), 40 * SECOND, "dim");
    engine.take(List.of(), List.of(7L), 50 * SECOND, "dim");
    assertThat(engine.rows("dim").get(7L))
        .containsExactly("b/x [" + BEGINNING + ", 20000000)", "a/x [20000000, 40000000)");
  }

  /** What is older than the beginning of time keeps its place and its end. */
  @Test
  void aStateBelowTheFloorIsTheFirstVersion() {
    Dimension dimension = dimension(Rules.of(ScdType.TYPE_2));
    Engine engine = Engine.keyed(duck, dimension);
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    engine.take(List.of(), List.of(7L), 10 * SECOND, "dim");
    long old = BEGINNING - 50_000_000 * SECOND;
    engine.take(List.of(Change.put(7, 20 * SECOND, "b", "x")), List.of(), 20 * SECOND, "dim");
    engine.take(List.of(Change.put(7, old, "a", "x")), List.of(), 30 * SECOND, "dim");
    assertThat(engine.rows("dim").get(7L))
        .containsExactly("a/x [" + old + ", 20000000)", "b/x [20000000, open)*");
  }

  /** The floors that a rebuild carries over give the rows that the steps gave. */
  @ParameterizedTest
  @EnumSource
  void aFloorMayComeBeforeOrAfterTheRows(ScdType type) {
    Random random = new Random(ChainPropertyTest.seed());
    Dimension dimension = dimension(Rules.of(type));
    Engine engine = Engine.keyed(duck, dimension);
    Floors floors = new Floors(duck, dimension);
    for (String table : List.of("dim", "anew")) {
      Sql.run(duck, "CREATE OR REPLACE TABLE " + table + " AS " + DefaultMembers.select(dimension));
    }
    for (int cut = 1; cut <= 6; cut++) {
      List<Change> changes = new ArrayList<>();
      for (long key = 1; key <= 50; key++) {
        if (random.nextBoolean()) {
          changes.add(change(random, key, false, cut));
        }
      }
      List<Long> found = random.longs(10, 1, 60).distinct().boxed().toList();
      engine.take(changes, found, cut * 10L * SECOND, "dim");
      engine.take(changes, List.of(), cut * 10L * SECOND, "anew");
    }
    engine.take(List.of(), List.of(), 100 * SECOND, "anew");
    floors.carry("dim");
    engine.wanted("anew");
    engine.put("anew");
    assertThat(Sql.number(duck, "SELECT count(*) FROM (FROM dim EXCEPT FROM anew)")).isZero();
    assertThat(Sql.number(duck, "SELECT count(*) FROM (FROM anew EXCEPT FROM dim)")).isZero();
    assertThat(Sql.number(duck, "SELECT count(*) FROM dim WHERE is_inferred")).isPositive();
  }

  /** Its delete came before any state of it: a rebuild, which sees no floor then, keeps the end. */
  @ParameterizedTest
  @MethodSource("rules")
  void aMemberThatEndedAsItWasInferredStaysEnded(Rules rules) {
    Dimension dimension =
        Statements.inferring(folder, rules.clauses(), "id, segment, phone, tie, updated_at");
    Engine engine = Engine.keyed(duck, dimension);
    for (String table : List.of("dim", "anew")) {
      Sql.run(duck, "CREATE OR REPLACE TABLE " + table + " AS " + DefaultMembers.select(dimension));
    }
    List<Change> ends = List.of(end(1, 20), end(2, 20));
    List<Change> again = List.of(Change.put(2, 30 * SECOND, "a", "x"));
    engine.take(List.of(), List.of(1L, 2L), 10 * SECOND, "dim");
    engine.take(ends, List.of(), 20 * SECOND, "dim");
    engine.take(again, List.of(), 30 * SECOND, "dim");
    engine.take(ends, List.of(), 20 * SECOND, "anew");
    engine.take(again, List.of(), 30 * SECOND, "anew");
    engine.take(List.of(), List.of(), 40 * SECOND, "anew");
    new Floors(duck, dimension).carry("dim");
    engine.wanted("anew");
    engine.put("anew");
    assertThat(engine.rows("anew")).isEqualTo(engine.rows("dim"));
    assertThat(Sql.number(duck, "SELECT count(*) FROM dim WHERE id = 2")).isPositive();
    if (rules.action() == OnDelete.CLOSE) {
      assertThat(Sql.number(duck, "SELECT count(*) FROM dim WHERE id = 1 AND NOT is_current"))
          .isEqualTo(1);
    }
  }

  private static Change end(long key, long seconds) {
    return new Change(key, seconds * SECOND, 0, true, new State("a", "x"));
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWhoWasErasedIsInferredAgain(ScdType type) {
    Dimension dimension = dimension(Rules.of(type));
    Engine engine = Engine.keyed(duck, dimension);
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    engine.fill("z", List.of());
    engine.events().take("z", new InputRows.Moment(Instant.EPOCH, false));
    Floors floors = new Floors(duck, dimension);
    floors.clear();
    floors.infer(keys(List.of(1L, 2L)), "dim", List.of(ErasuresTest.inferred(duck, dimension, 1)));
    engine.wanted("dim");
    engine.put("dim");
    assertThat(engine.rows("dim").keySet()).containsExactly(2L);
  }

  static String keys(List<Long> found) {
    return found.isEmpty()
        ? "SELECT NULL::BIGINT AS id"
        : found.stream()
            .map(key -> "(" + key + "::BIGINT)")
            .collect(Collectors.joining(", ", "SELECT * FROM (VALUES (NULL), ", ") AS f(id)"));
  }
}
