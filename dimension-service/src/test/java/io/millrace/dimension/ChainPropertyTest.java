package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.ScdType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories, a key each, against {@link KeyedModel}. All keys go through the engine at once.
 * {@code -Dmillrace.chain.cases} sets their number, {@code -Dmillrace.seed} repeats a run.
 */
class ChainPropertyTest {
  private static final int CASES = Integer.getInteger("millrace.chain.cases", 1_000);
  private static final Rules TYPE_2 = Rules.of(ScdType.TYPE_2);
  private static final int CUTS = 12;
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

  static long seed() {
    return Long.getLong("millrace.seed", Clock.systemUTC().millis() * 31 + System.nanoTime());
  }

  static List<Rules> rules() {
    return Rules.all();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void agreesWithThePlainModel(Rules rules) {
    assertThat(firstDifference(rules, CASES / rules().size() + 1, AS_IT_IS)).isEmpty();
  }

  @Test
  void isCaughtWhenNullEqualsNothing() {
    assertThat(firstDifference(TYPE_2, 200, replacing("IS DISTINCT FROM lag", "<> lag")))
        .isPresent();
  }

  @Test
  void isCaughtWhenTheFirstOfATieWins() {
    assertThat(firstDifference(TYPE_2, 200, replacing("_news, _live", "_news DESC, _live")))
        .isPresent();
  }

  @Test
  void isCaughtWhenALateVersionIsLeftOpen() {
    assertThat(
            firstDifference(
                TYPE_2,
                200,
                replacing("lead(valid_from) OVER (PARTITION BY \"id\" ORDER BY valid_from),", "")))
        .isPresent();
  }

  @Test
  void isCaughtWhenTombstonesAreForgotten() {
    assertThat(firstDifference(TYPE_2, 200, replacing("_next IS DISTINCT FROM valid_to", "FALSE")))
        .isPresent();
  }

  private static UnaryOperator<String> replacing(String what, String with) {
    return sql -> {
      assertThat(sql).contains(what);
      return sql.replace(what, with);
    };
  }

  private Optional<String> firstDifference(Rules rules, int cases, UnaryOperator<String> planted) {
    long seed = seed();
    Dimension dimension = Statements.dimension(folder, rules.clauses());
    Engine engine = new Engine(duck, dimension, new KeyedEvents(duck, dimension), planted);
    Sql.run(duck, "CREATE OR REPLACE TABLE dim AS " + DefaultMembers.select(dimension));
    TreeMap<Long, KeyedModel> models = new TreeMap<>();
    for (long key = 1; key <= cases; key++) {
      models.put(key, new KeyedModel(rules));
    }
    Histories histories = new Histories(new Random(seed), models);
    for (int cut = 1; cut <= CUTS; cut++) {
      List<Change> changes = histories.next();
      engine.take(changes, histories.committedAt(), "dim");
      Map<Long, List<String>> rows = engine.rows("dim");
      for (Change change : changes) {
        List<String> expected = models.getOrDefault(change.key(), new KeyedModel(rules)).rows();
        List<String> found = rows.getOrDefault(change.key(), List.of());
        if (!found.equals(expected)) {
          return Optional.of(
              "seed %d, cut %d, %s: expected %s, found %s"
                  .formatted(seed, cut, change, expected, found));
        }
      }
    }
    return Optional.empty();
  }
}
