package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
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
 * Inputs that keep every change: the same set of rows, in any order, any cutting and with any
 * number of restarts, gives the rows that the plain model has of the set.
 */
class HistoryPropertyTest {
  private static final int CASES = Integer.getInteger("millrace.chain.cases", 1_000);
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
  void anyOrderAndCuttingGivesTheSame(Rules rules) {
    assertThat(firstDifference(rules, CASES / rules().size() + 1, AS_IT_IS)).isEmpty();
  }

  @Test
  void isCaughtWhenArrivalDecidesATie() {
    Rules rules = new Rules(ScdType.TYPE_2, OnDelete.CLOSE, false, true);
    assertThat(
            firstDifference(
                rules,
                200,
                sql -> sql.replaceAll("ORDER BY _start, _tie1[^)]*\\)", "ORDER BY _start)")))
        .isPresent();
  }

  private Optional<String> firstDifference(Rules rules, int keys, UnaryOperator<String> planted) {
    long seed = ChainPropertyTest.seed();
    Random random = new Random(seed);
    Dimension dimension =
        Statements.dimension(
            folder, "FROM HISTORY APPLY AS TRUNCATE WHEN (op = 't') " + rules.clauses());
    Map<Long, List<Change>> expected = new TreeMap<>();
    List<Change> all = new ArrayList<>();
    List<Change> truncations = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      truncations.add(new Change(0, random.nextInt(40) * Histories.SECOND, 0, false, null));
    }
    for (long key = 1; key <= keys; key++) {
      List<Change> own = new ArrayList<>();
      for (int i = 1 + random.nextInt(8); i > 0; i--) {
        own.add(change(random, key));
      }
      all.addAll(own);
      all.add(own.getFirst());
      own.addAll(truncations);
      expected.put(key, own);
    }
    all.addAll(truncations);
    Collections.shuffle(all, random);
    run(dimension, all, random, planted);
    Map<Long, List<String>> rows = engine(dimension, planted).rows("dim");
    for (Map.Entry<Long, List<Change>> entry : expected.entrySet()) {
      List<String> wanted = KeyedModel.rows(rules, entry.getValue());
      List<String> found = rows.getOrDefault(entry.getKey(), List.of());
      if (!found.equals(wanted)) {
        return Optional.of(
            "seed %d, %s: expected %s, found %s".formatted(seed, entry, wanted, found));
      }
    }
    return Optional.empty();
  }

  private Engine engine(Dimension dimension, UnaryOperator<String> planted) {
    return new Engine(duck, dimension, new HeldEvents(duck, dimension), planted);
  }

  private void run(
      Dimension dimension, List<Change> changes, Random random, UnaryOperator<String> planted) {
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    Engine engine = null;
    int taken = 0;
    for (long version = 0; taken < changes.size(); version++) {
      int until = Math.min(changes.size(), taken + 1 + random.nextInt(changes.size() / 3 + 1));
      if (engine == null || random.nextInt(3) == 0) {
        engine = engine(dimension, planted);
        engine.fill("input", changes.subList(0, taken));
        ((HeldEvents) engine.events())
            .hold("(SELECT * EXCLUDE (_weight) FROM input)", new Position("t", version - 1));
      }
      engine.take(changes.subList(taken, until), 0, "dim");
      ((HeldEvents) engine.events()).committed(new Position("t", version));
      taken = until;
    }
  }

  private static Change change(Random random, long key) {
    return new Change(
        key,
        random.nextInt(40) * Histories.SECOND,
        random.nextInt(3),
        random.nextInt(5) == 0,
        new State(pick(random, "a", "b", null), pick(random, "x", "y", null)));
  }

  private static @Nullable String pick(Random random, @Nullable String... values) {
    return values[random.nextInt(values.length)];
  }

  /** Snapshots come in any order, one in two parts; a key that misses the next one ends there. */
  @ParameterizedTest
  @EnumSource
  void aKeyEndsWhereASnapshotMissesIt(ScdType type) {
    long seed = ChainPropertyTest.seed();
    Random random = new Random(seed);
    Rules rules = Rules.of(type);
    Dimension dimension =
        Statements.dimension(
            folder,
            "FROM SNAPSHOT BY updated_at " + rules.clauses().replace("SEQUENCE BY updated_at", ""));
    Map<Long, List<Change>> expected = new TreeMap<>();
    List<List<Change>> snapshots = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      snapshots.add(new ArrayList<>());
    }
    for (long key = 1; key <= 200; key++) {
      List<Change> own = new ArrayList<>();
      for (int i = 0; i < snapshots.size(); i++) {
        long at = (i + 1) * 10L * Histories.SECOND;
        if (random.nextBoolean()) {
          Change row = Change.put(key, at, pick(random, "a", "b", null), "x");
          snapshots.get(i).add(row);
          own.add(row);
        } else if (!own.isEmpty() && own.getLast().state() != null) {
          own.add(new Change(key, at, 0, false, null));
        }
      }
      expected.put(key, own);
    }
    List<Change> split = snapshots.removeFirst();
    snapshots.add(split.subList(0, split.size() / 2));
    snapshots.add(split.subList(split.size() / 2, split.size()));
    Collections.shuffle(snapshots, random);
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    Engine engine = engine(dimension, AS_IT_IS);
    engine.fill("input", List.of());
    HeldEvents held = (HeldEvents) engine.events();
    held.hold("(SELECT * EXCLUDE (_weight) FROM input)", new Position("t", -1));
    for (List<Change> snapshot : snapshots) {
      engine.take(snapshot, 0, "dim");
      held.committed(new Position("t", 0));
    }
    Map<Long, List<String>> rows = engine.rows("dim");
    expected.forEach((key, own) ->
        assertThat(rows.getOrDefault(key, List.of()))
            .as("seed %d, key %d, %s", seed, key, own)
            .isEqualTo(KeyedModel.rows(rules, own)));
  }
}
