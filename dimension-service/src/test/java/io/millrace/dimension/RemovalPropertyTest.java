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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Inputs that keep every change lose rows as well as they get them: after each step a dimension
 * shows what the plain model has of the rows that are there.
 */
class RemovalPropertyTest {
  private static final int KEYS = 40;
  private static final int STEPS = 14;

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

  /** What is taken up, and what is there then. */
  private final class Run {
    private final Engine engine;
    private final List<Change> there = new ArrayList<>();

    Run(Dimension dimension) {
      HeldEvents held = new HeldEvents(duck, dimension);
      this.engine = new Engine(duck, dimension, held, UnaryOperator.identity());
      Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
      engine.fill("input", List.of());
      held.hold("(SELECT * EXCLUDE (_weight) FROM input)", new Position("t", -1));
    }

    void step(List<Change> come, List<Change> gone) {
      engine.fill("lost", gone);
      Sql.run(duck, "UPDATE lost SET _weight = -1");
      engine.fill("z", come);
      Sql.run(duck, "INSERT INTO z FROM lost");
      engine.events().take("z", new InputRows.Moment(Instant.EPOCH, true));
      engine.wanted("dim");
      engine.put("dim");
      ((HeldEvents) engine.events()).committed(new Position("t", 0));
      gone.forEach(there::remove);
      there.addAll(come);
    }

    Map<Long, List<String>> rows() {
      return engine.rows("dim");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHistoryThatLosesRowsIsTheHistoryThatIsLeft(OnDelete action) {
    Rules rules = new Rules(ScdType.TYPE_2, action, action == OnDelete.FLAG, true);
    long seed = ChainPropertyTest.seed();
    Random random = new Random(seed);
    Run run =
        new Run(
            Statements.dimension(
                folder, "FROM HISTORY APPLY AS TRUNCATE WHEN (op = 't') " + rules.clauses()));
    for (int step = 0; step < STEPS; step++) {
      List<Change> gone =
          new ArrayList<>(run.there.stream().filter(c -> random.nextInt(4) == 0).toList());
      List<Change> come = new ArrayList<>();
      for (long key = 1; key <= KEYS; key++) {
        if (random.nextBoolean()) {
          come.add(
              new Change(
                  key,
                  random.nextInt(20) * Histories.SECOND,
                  random.nextInt(3),
                  random.nextInt(5) == 0,
                  new State(random.nextBoolean() ? "a" : "b", random.nextBoolean() ? "x" : null)));
        }
      }
      if (random.nextInt(4) == 0) {
        come.add(new Change(0, random.nextInt(20) * Histories.SECOND, 0, false, null));
      }
      run.step(come, gone);
      Map<Long, List<String>> rows = run.rows();
      for (long key = 1; key <= KEYS; key++) {
        long id = key;
        List<Change> own = run.there.stream().filter(c -> c.key() == id || c.key() == 0).toList();
        assertThat(rows.getOrDefault(key, List.of()))
            .as("seed %d, step %d, key %d, %s", seed, step, key, own)
            .isEqualTo(KeyedModel.rows(rules, own));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotThatGoesIsAsIfItHadNeverBeen(ScdType type) {
    long seed = ChainPropertyTest.seed();
    Random random = new Random(seed);
    Rules rules = Rules.of(type);
    Run run =
        new Run(
            Statements.dimension(
                folder,
                "FROM SNAPSHOT BY updated_at "
                    + rules.clauses().replace("SEQUENCE BY updated_at", "")));
    TreeMap<Long, List<Change>> snapshots = new TreeMap<>();
    for (int step = 0; step < STEPS; step++) {
      List<Change> come = new ArrayList<>();
      List<Change> gone = new ArrayList<>();
      long at = (1 + random.nextInt(6)) * Histories.SECOND;
      if (snapshots.containsKey(at)) {
        List<Change> rows = snapshots.remove(at);
        Collections.shuffle(rows, random);
        List<Change> left =
            random.nextBoolean() ? List.of() : rows.subList(0, random.nextInt(rows.size()));
        gone.addAll(rows.subList(left.size(), rows.size()));
        if (!left.isEmpty()) {
          snapshots.put(at, new ArrayList<>(left));
        }
      } else {
        for (long key = 1; key <= KEYS; key++) {
          if (random.nextBoolean()) {
            come.add(Change.put(key, at, random.nextBoolean() ? "a" : "b", "x"));
          }
        }
        snapshots.put(at, new ArrayList<>(come));
      }
      run.step(come, gone);
      assertThat(run.rows()).as("seed %d, step %d", seed, step).isEqualTo(model(rules, snapshots));
    }
  }

  private static Map<Long, List<String>> model(
      Rules rules, NavigableMap<Long, List<Change>> snapshots) {
    Map<Long, List<String>> rows = new TreeMap<>();
    for (long key = 1; key <= KEYS; key++) {
      long id = key;
      List<Change> own = new ArrayList<>();
      snapshots.forEach((at, rowsThen) -> {
        Optional<Change> row = rowsThen.stream().filter(c -> c.key() == id).findFirst();
        if (row.isPresent()) {
          own.add(row.get());
        } else if (!own.isEmpty() && own.getLast().state() != null) {
          own.add(new Change(id, at, 0, false, null));
        }
      });
      List<String> shown = KeyedModel.rows(rules, own);
      if (!shown.isEmpty()) {
        rows.put(key, shown);
      }
    }
    return rows;
  }
}
