package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.Feed;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories of keys that facts bring before, amid or after their states and ends. The rows
 * are those that the plain model has without facts, on a floor where facts came first; and a table
 * that is computed anew, or from a cut on, has the same.
 */
class InferredPropertyTest {
  private static final int CASES = Integer.getInteger("millrace.chain.cases", 400);
  private static final Rules TYPE_2 = Rules.of(ScdType.TYPE_2);
  private static final int CUTS = 8;
  private static final long SECOND = Histories.SECOND;

  /** Rows that differ, inferred rows with attributes, and others without a time. */
  private static final String FAULTS =
      """
      SELECT (SELECT count(*) FROM (FROM dim EXCEPT FROM anew))
           + (SELECT count(*) FROM (FROM anew EXCEPT FROM dim))
           + (SELECT count(*) FROM dim WHERE sk > 0 AND (is_inferred <> (known_from IS NULL)
                OR known_from < valid_from OR (is_inferred AND updated_at IS NOT NULL)))
      """;

  private static final UnaryOperator<String> AS_IT_IS = UnaryOperator.identity();

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

  static List<Rules> rules() {
    return Rules.all();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void ofAnInputWithARowAKey(Rules rules) {
    assertThat(firstDifference(new Keyed(rules, CASES / rules().size() + 1), AS_IT_IS)).isEmpty();
  }

  /** Of type 2 with every policy, of the others closing and removing. */
  static List<Rules> some() {
    return rules().stream()
        .filter(rules ->
            rules.type() == ScdType.TYPE_2
                || rules.action() == OnDelete.CLOSE
                || rules.action() == OnDelete.REMOVE)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("some")
  void ofAnInputThatKeepsEveryChange(Rules rules) {
    assertThat(firstDifference(new Kept(rules, CASES / some().size() + 1), AS_IT_IS)).isEmpty();
  }

  /** They come in any order; a key that misses the next one ends there. */
  @ParameterizedTest
  @EnumSource
  void ofSnapshots(ScdType type) {
    assertThat(firstDifference(new Taken(Rules.of(type), CASES / 20), AS_IT_IS)).isEmpty();
  }

  @Test
  void isCaughtWhenAnEndBeforeAnyStateEndsAnInferredMember() {
    assertThat(firstDifference(new Keyed(TYPE_2, 50), replacing("QUALIFY _start >= _first", "")))
        .isPresent();
  }

  @Test
  void isCaughtWhenAMemberThatHasNoRowIsNotInferred() {
    assertThat(
            firstDifference(
                new Keyed(TYPE_2, 50), replacing("FULL JOIN floored", "LEFT JOIN floored")))
        .isPresent();
  }

  private static UnaryOperator<String> replacing(String what, String with) {
    return sql -> {
      assertThat(sql).contains(what);
      return sql.replace(what, with);
    };
  }

  /** What an input says, cut by cut, and what the plain model makes of it. */
  private interface Input {
    Dimension dimension(Path folder);

    long keys();

    List<Change> next(Random random, int cut);

    List<String> rows(long key);

    Rules rules();
  }

  private static long time(Random random, int cut) {
    return (random.nextInt(3) == 0 ? random.nextInt(cut * 10 + 1) : cut * 10L) * SECOND;
  }

  private static Change change(Random random, long key, int cut) {
    return new Change(
        key,
        time(random, cut),
        random.nextInt(3),
        random.nextInt(3) == 0,
        new State(pick(random, "a", "b", null), pick(random, "x", "y", null)));
  }

  private static @Nullable String pick(Random random, @Nullable String... values) {
    return values[random.nextInt(values.length)];
  }

  private record Keyed(Rules rules, Map<Long, KeyedModel> models) implements Input {
    Keyed(Rules rules, int keys) {
      Map<Long, KeyedModel> models = new TreeMap<>();
      for (long key = 1; key <= keys; key++) {
        models.put(key, new KeyedModel(rules));
      }
      this(rules, models);
    }

    @Override
    public Dimension dimension(Path folder) {
      return Statements.inferring(folder, rules.clauses(), "id, segment, phone, tie, updated_at");
    }

    @Override
    public long keys() {
      return models.size();
    }

    @Override
    public List<Change> next(Random random, int cut) {
      List<Change> changes = new ArrayList<>();
      models.forEach((key, model) -> {
        if (random.nextInt(3) == 0) {
          Change change =
              model.staged() && random.nextInt(4) == 0
                  ? Change.delete(key)
                  : change(random, key, cut);
          model.apply(change, cut * 10L * SECOND);
          changes.add(change);
        }
      });
      return changes;
    }

    @Override
    public List<String> rows(long key) {
      return Objects.requireNonNull(models.get(key)).rows();
    }
  }

  /**
   * @param all what came of each key, of none truncations
   */
  private record Kept(Rules rules, long keys, Map<Long, List<Change>> all) implements Input {
    Kept(Rules rules, long keys) {
      this(rules, keys, new TreeMap<>());
    }

    @Override
    public Dimension dimension(Path folder) {
      return Statements.inferring(
          folder,
          "FROM HISTORY APPLY AS TRUNCATE WHEN (op = 't') " + rules.clauses(),
          "id, segment, phone, tie, updated_at");
    }

    @Override
    public List<Change> next(Random random, int cut) {
      List<Change> changes = new ArrayList<>();
      for (long key = 1; key <= keys; key++) {
        if (random.nextInt(3) == 0) {
          changes.add(change(random, key, cut));
        }
      }
      if (random.nextInt(6) == 0) {
        changes.add(new Change(0, time(random, cut), 0, false, null));
      }
      changes.forEach(c -> all.computeIfAbsent(c.key(), _ -> new ArrayList<>()).add(c));
      return changes;
    }

    @Override
    public List<String> rows(long key) {
      List<Change> own = new ArrayList<>(all.getOrDefault(key, List.of()));
      own.addAll(all.getOrDefault(0L, List.of()));
      return KeyedModel.rows(rules, own);
    }
  }

  /**
   * @param snapshots the states of each snapshot that came, by its time
   */
  private record Taken(Rules rules, long keys, NavigableMap<Long, Map<Long, Change>> snapshots)
      implements Input {
    Taken(Rules rules, long keys) {
      this(rules, keys, new TreeMap<>());
    }

    @Override
    public Dimension dimension(Path folder) {
      String clauses = rules.clauses().replace("SEQUENCE BY updated_at", "");
      return Statements.inferring(
          folder, "FROM SNAPSHOT BY updated_at " + clauses, "id, segment, phone, tie, updated_at");
    }

    @Override
    public List<Change> next(Random random, int cut) {
      Map<Long, Change> snapshot = new TreeMap<>();
      long at = (random.nextInt(3 * CUTS) + 1) * SECOND;
      if (snapshots.putIfAbsent(at, snapshot) == null) {
        for (long key = 1; key <= keys; key++) {
          if (random.nextBoolean()) {
            snapshot.put(key, Change.put(key, at, pick(random, "a", "b", null), "x"));
          }
        }
        // a key of its own, so that no snapshot is empty
        snapshot.put(keys + 1, Change.put(keys + 1, at, "a", "x"));
      }
      return List.copyOf(snapshot.values());
    }

    @Override
    public List<String> rows(long key) {
      List<Change> own = new ArrayList<>();
      snapshots.forEach((at, snapshot) ->
          own.add(snapshot.getOrDefault(key, new Change(key, at, 0, false, null))));
      return KeyedModel.rows(rules, own);
    }
  }

  /** The dimension's rows, step by step, and what was said until then. */
  private final class Run {
    private final Input input;
    private final UnaryOperator<String> planted;
    private final Dimension dimension;
    private final long seed = ChainPropertyTest.seed();
    private final Random random = new Random(seed);
    private final List<List<Change>> said = new ArrayList<>();
    private final TreeSet<Long> facts = new TreeSet<>();
    private final TreeSet<Long> floors = new TreeSet<>();
    private final int past = random.nextInt(2) * random.nextInt(CUTS);
    private Engine engine;

    Run(Input input, UnaryOperator<String> planted) {
      this.input = input;
      this.planted = planted;
      this.dimension = input.dimension(folder);
      this.engine = begin();
      create("dim");
    }

    private void create(String table) {
      Sql.run(duck, "CREATE OR REPLACE TABLE " + table + " AS " + DefaultMembers.select(dimension));
    }

    /** What a process has when it starts. */
    private Engine begin() {
      if (dimension.feed() == Feed.ROWS) {
        return new Engine(duck, dimension, new KeyedEvents(duck, dimension), planted);
      }
      HeldEvents held = new HeldEvents(duck, dimension);
      Engine begun = new Engine(duck, dimension, held, planted);
      begun.fill("input", said.stream().flatMap(List::stream).toList());
      held.hold("(SELECT * EXCLUDE (_weight) FROM input)", new Position("t", said.size()));
      return begun;
    }

    void step(int cut) {
      engine = random.nextInt(3) == 0 ? begin() : engine;
      if (cut == past) {
        Sql.run(duck, "CREATE OR REPLACE TABLE past AS FROM dim");
      }
      Set<Long> held = held();
      List<Change> changes = input.next(random, cut);
      TreeSet<Long> found = new TreeSet<>();
      for (long key = 1; key <= input.keys(); key++) {
        if (random.nextInt(4) == 0) {
          found.add(key);
        } else if (random.nextInt(10) == 0) {
          facts.remove(key);
        }
      }
      facts.addAll(found);
      TreeSet<Long> missing = new TreeSet<>(facts);
      missing.removeIf(key -> !found.contains(key) && !held.contains(key));
      missing.removeAll(held());
      floors.addAll(missing);
      engine.take(changes, found, facts, cut * 10L * SECOND, "dim");
      said.add(changes);
      if (engine.events() instanceof HeldEvents events) {
        events.committed(new Position("t", said.size()));
      }
    }

    private Set<Long> held() {
      TreeSet<Long> held = new TreeSet<>();
      for (long key = 1; key <= input.keys(); key++) {
        if (!input.rows(key).isEmpty()) {
          held.add(key);
        }
      }
      return held;
    }

    Optional<String> differsFromModel() {
      Map<Long, List<String>> rows = engine.rows("dim");
      for (long key = 1; key <= input.keys(); key++) {
        List<String> expected = input.rows(key);
        expected = floors.contains(key) ? onAFloor(input.rules(), expected) : expected;
        List<String> found = rows.getOrDefault(key, List.of());
        if (!found.equals(expected)) {
          return different(key, "expected " + expected + ", found " + found);
        }
      }
      return Optional.empty();
    }

    private Optional<String> different(long key, String how) {
      List<List<Change>> own =
          said.stream().map(c -> c.stream().filter(o -> o.key() == key).toList()).toList();
      return Optional.of("seed %d, key %d: %s; said %s".formatted(seed, key, how, own));
    }

    /** As a rebuild does, or a rewind: what the input said since a cut, then the floors. */
    Optional<String> differsWhenComputed() {
      Engine anew = begin();
      new Floors(duck, dimension).clear();
      create("anew");
      switch (anew.events()) {
        case KeyedEvents _ -> {
          Sql.run(duck, "CREATE OR REPLACE TABLE anew AS FROM past");
          for (int cut = past; cut < said.size(); cut++) {
            anew.take(said.get(cut), cut * 10L * SECOND, "anew");
          }
        }
        case HeldEvents held -> {
          held.takeAll("(SELECT * EXCLUDE (_weight) FROM input)", "anew", new Position("t", 0));
          anew.wanted("anew");
          anew.put("anew");
        }
      }
      anew.lay(facts, "dim", "anew");
      Map<Long, List<String>> kept = anew.rows("dim");
      Map<Long, List<String>> computed = anew.rows("anew");
      for (long key = 1; key <= input.keys(); key++) {
        List<String> one = kept.getOrDefault(key, List.of());
        List<String> other = computed.getOrDefault(key, List.of());
        if (!one.equals(other)) {
          return different(key, "kept " + one + ", computed anew " + other);
        }
      }
      return Sql.number(duck, FAULTS) == 0
          ? Optional.empty()
          : Optional.of("seed " + seed + ": another column differs, or tells of no floor");
    }
  }

  private Optional<String> firstDifference(Input input, UnaryOperator<String> planted) {
    Run run = new Run(input, planted);
    for (int cut = 0; cut < CUTS; cut++) {
      run.step(cut);
      Optional<String> difference = run.differsFromModel();
      if (difference.isPresent()) {
        return difference.map(d -> "from the model: " + d);
      }
    }
    return run.differsWhenComputed();
  }

  private static List<String> onAFloor(Rules rules, List<String> rows) {
    if (rows.isEmpty()) {
      String shown =
          switch (rules.type()) {
            case TYPE_3 -> " was null";
            case TYPE_6 -> " now null";
            case TYPE_0, TYPE_1, TYPE_2, TYPE_7 -> "";
          };
      return List.of("null/null [" + InferredMembersTest.BEGINNING + ", open)*" + shown);
    }
    List<String> moved = new ArrayList<>(rows);
    moved.set(
        0, rows.getFirst().replaceFirst("\\[\\d+,", "[" + InferredMembersTest.BEGINNING + ","));
    return moved;
  }
}
