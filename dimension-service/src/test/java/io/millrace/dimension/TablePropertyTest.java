package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.ScdType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same histories in Delta tables that are opened anew at random, two of their natural keys
 * those of default members: what every readable version shows is what the model had at its cut.
 * {@code -Dmillrace.table.cases} sets their number.
 */
class TablePropertyTest {
  private static final int CASES = Integer.getInteger("millrace.table.cases", 2);
  private static final int CUTS = 8;
  private static final int KEYS = 12;
  private static final TableName NAME = new TableName("dim", "c");

  @TempDir Path folder;

  /** How a step's changes are committed. */
  private interface Committing {
    void commit(Connection duck, DeltaTable table, Mirror mirror, String changes, long cut);
  }

  @ParameterizedTest
  @EnumSource
  void everyReadableVersionShowsItsCut(ScdType type) throws SQLException {
    for (int i = 0; i < CASES; i++) {
      assertThat(wrongVersions(Rules.of(type), TablePropertyTest::atOnce)).isEmpty();
    }
  }

  @Test
  void isCaughtWhenTheOldVersionIsClosedBeforeTheNewOneOpens() throws SQLException {
    assertThat(wrongVersions(Rules.of(ScdType.TYPE_2), TablePropertyTest::closedFirst))
        .isNotEmpty();
  }

  private List<String> wrongVersions(Rules rules, Committing committing) throws SQLException {
    long seed = ChainPropertyTest.seed();
    Random random = new Random(seed);
    Dimension dimension = Statements.dimension(folder, rules.clauses());
    TreeMap<Long, KeyedModel> models = new TreeMap<>();
    for (long key = -2; key <= KEYS; key++) {
      models.put(key, new KeyedModel(rules));
    }
    Histories histories = new Histories(random, models);
    Map<Long, Map<Long, List<String>>> shown = new TreeMap<>(Map.of(-1L, Map.of()));
    Path place = folder.resolve("lake" + seed);
    int cut = 0;
    while (cut < CUTS) {
      int until = cut + 1 + random.nextInt(4);
      try (DuckDb duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
          Connection duck = duckDb.connect();
          Lake lake = new Lake(place)) {
        Run run = new Run(duck, open(lake, duck, dimension), dimension, committing);
        for (; cut < until; cut++) {
          run.step(histories.next(), histories.committedAt(), cut);
          Map<Long, List<String>> rows = new TreeMap<>();
          models.forEach((key, model) -> {
            if (!model.rows().isEmpty()) {
              rows.put(key, model.rows());
            }
          });
          shown.put((long) cut, rows);
        }
      }
    }
    return compare(place, dimension, shown, seed);
  }

  private static DeltaTable open(Lake lake, Connection duck, Dimension dimension) {
    return lake.exists(NAME)
        ? lake.open(NAME)
        : lake.create(
            NAME,
            TableSpec.of(dimension.schema()),
            Watermark.at(-1, dimension.definition()),
            duck,
            DefaultMembers.select(dimension));
  }

  /** One life of a process. */
  private record Run(
      Connection duck, DeltaTable table, Dimension dimension, Mirror mirror, Committing how) {
    Run(Connection duck, DeltaTable table, Dimension dimension, Committing how) {
      Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS dim");
      this(duck, table, dimension, Mirror.load(duck, table, "dim.c"), how);
    }

    void step(List<Change> changes, long committedAt, long cut) {
      Engine.keyed(duck, dimension).want(changes, committedAt, mirror.relation());
      RowDiff.Changes found =
          Members.changes(
              duck,
              dimension,
              new RowDiff(NAME, table.schema(), dimension.schema(), List.of("sk")),
              "changes",
              mirror.relation());
      if (!found.none()) {
        how.commit(duck, table, mirror, found.relation(), cut);
      }
    }
  }

  private static void atOnce(
      Connection duck, DeltaTable table, Mirror mirror, String changes, long cut) {
    CommitResult result = table.commit(duck, mirror, changes, Watermark.at(cut, "d"));
    assertThat(result).isInstanceOf(CommitResult.Committed.class);
    mirror.refresh(duck);
  }

  /** The bug: first the rows that go, then those that come. */
  private static void closedFirst(
      Connection duck, DeltaTable table, Mirror mirror, String changes, long cut) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE part AS SELECT * REPLACE ('delete' AS _change_type) FROM %s WHERE _change_type IN ('delete', 'update_preimage')"
            .formatted(changes));
    atOnce(duck, table, mirror, "temp.main.part", cut);
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE part AS SELECT * REPLACE ('insert' AS _change_type) FROM %s WHERE _change_type IN ('insert', 'update_postimage')"
            .formatted(changes));
    atOnce(duck, table, mirror, "temp.main.part", cut);
  }

  private List<String> compare(
      Path place, Dimension dimension, Map<Long, Map<Long, List<String>>> shown, long seed)
      throws SQLException {
    List<String> wrong = new ArrayList<>();
    try (DuckDb duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect();
        Lake lake = new Lake(place)) {
      DeltaTable table = lake.open(NAME);
      for (long version = 0; version <= table.version(); version++) {
        long cut = table.history().watermarkAt(version).cut();
        var _ = table.history().createView(duck, version, "shown");
        Map<Long, List<String>> rows = Engine.keyed(duck, dimension).rows("shown");
        if (!rows.equals(shown.get(cut))) {
          wrong.add("seed %d, version %d, cut %d".formatted(seed, version, cut));
        }
        long faults =
            Sql.number(
                duck,
                """
                SELECT (SELECT count(*) FROM (SELECT 1 FROM shown WHERE is_current AND sk > 0
                                              GROUP BY id HAVING count(*) > 1))
                     + (SELECT count(*) FROM (
                          SELECT valid_to > lead(valid_from) OVER (PARTITION BY id ORDER BY valid_from)
                            OR valid_to <= valid_from AS o FROM shown WHERE sk > 0) WHERE o)
                     + (SELECT abs(count(*) - 4) FROM shown WHERE sk < 0)
                """);
        if (faults > 0) {
          wrong.add("seed %d, version %d: %d faults".formatted(seed, version, faults));
        }
      }
    }
    return wrong;
  }
}
