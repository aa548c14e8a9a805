package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Random histories against a plain map: table, mirror, old versions, the cuts and the change feed
 * all tell the same, also after the table was opened anew or its files rearranged.
 */
class HistoryPropertyTest extends LakeFixture {
  private static final int STEPS = 25;

  private record Shown(long cut, List<String> rows) {}

  @RepeatedTest(3)
  void everyReaderTellsTheSameHistory() throws Exception {
    long seed = RandomGenerator.getDefault().nextLong();
    try {
      run(RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private void run(RandomGenerator random) throws Exception {
    Map<Long, String> model = new TreeMap<>();
    DeltaTable table = lake.create(NAME, TableSpec.of(SCHEMA), Watermark.at(-1, "d"));
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Map<Long, Shown> shown = new TreeMap<>();
    shown.put(0L, new Shown(-1, List.of()));
    long cut = 0;
    for (int step = 0; step < STEPS; step++) {
      cut += 1 + random.nextInt(3);
      change(model, random);
      wanted(model);
      if (random.nextInt(6) == 0) {
        optimize(lake);
      }
      if (random.nextInt(5) == 0) {
        table = lake.open(NAME);
        mirror = Mirror.load(duck, table, "mirror");
      }
      commit(table, mirror, cut);
      shown.put(table.version(), new Shown(cut, rows(model)));
      assertThat(rows(SCHEMA, "mirror")).isEqualTo(rows(model));
    }
    assertThat(KernelReader.rows(table.path())).isEqualTo(rows(model));
    for (Map.Entry<Long, Shown> old : shown.entrySet()) {
      RowSchema schema = table.history().createView(duck, old.getKey(), "old");
      assertThat(rows(schema, "old")).isEqualTo(old.getValue().rows());
      assertThat(KernelReader.rows(table.path(), old.getKey())).isEqualTo(old.getValue().rows());
    }
    versionsOfCuts(table, shown, cut);
    feedMakesTheTable(table, rows(model));
  }

  private void commit(DeltaTable table, Mirror mirror, long cut) {
    CommitResult result = new CommitResult.Moved(0);
    for (int attempt = 0; result instanceof CommitResult.Moved && attempt < 3; attempt++) {
      mirror.refresh(duck);
      result = make(table, mirror, cut, "FROM next_rows");
    }
    assertThat(result).isInstanceOf(CommitResult.Committed.class);
  }

  private static void change(Map<Long, String> model, RandomGenerator random) {
    int changes =
        switch (random.nextInt(6)) {
          case 0 -> 0;
          case 1 -> 400;
          default -> random.nextInt(1, 20);
        };
    if (random.nextInt(12) == 0) {
      model.clear();
    }
    for (int i = 0; i < changes; i++) {
      long key = random.nextLong(changes > 100 ? 500 : 40);
      if (random.nextInt(3) == 0) {
        model.remove(key);
      } else {
        model.put(key, random.nextInt(8) == 0 ? "NULL" : "v" + random.nextInt(50));
      }
    }
  }

  private void wanted(Map<Long, String> model) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE next_rows (id BIGINT, name VARCHAR, amount DECIMAL(12,2))");
    if (!model.isEmpty()) {
      List<String> values = new ArrayList<>();
      model.forEach((id, name) ->
          values.add("(" + id + ", " + (name.equals("NULL") ? name : Sql.text(name)) + ", 1)"));
      Sql.run(duck, "INSERT INTO next_rows VALUES " + String.join(", ", values));
    }
  }

  private static List<String> rows(Map<Long, String> model) {
    return model.entrySet().stream()
        .map(e -> e.getKey() + "|" + e.getValue() + "|1.00")
        .sorted()
        .toList();
  }

  private static void versionsOfCuts(DeltaTable table, Map<Long, Shown> shown, long last) {
    for (long cut = -2; cut <= last + 1; cut++) {
      OptionalLong version = table.history().versionAt(cut);
      if (cut < -1) {
        assertThat(version).isEmpty();
        continue;
      }
      long asked = cut;
      Map.Entry<Long, Shown> expected =
          shown.entrySet().stream()
              .filter(e -> e.getValue().cut() <= asked)
              .max(Map.Entry.comparingByKey())
              .orElseThrow();
      // A rearrangement after it shows the same cut and the same rows.
      assertThat(version.orElseThrow()).isGreaterThanOrEqualTo(expected.getKey());
      assertThat(table.history().watermarkAt(version.orElseThrow()).cut())
          .isEqualTo(expected.getValue().cut());
    }
  }

  /**
   * Old rows of a version are there when it comes, new ones are not; all together are the table.
   */
  private void feedMakesTheTable(DeltaTable table, List<String> expected) {
    Sql.run(
        duck, "CREATE OR REPLACE TABLE replayed (id BIGINT, name VARCHAR, amount DECIMAL(12,2))");
    for (ChangeFeed.FeedVersion version : table.changes().versions(-1, table.version())) {
      table.changes().load(duck, version.version(), "feed");
      String old = "(SELECT * FROM feed WHERE _change_type IN ('delete', 'update_preimage')) f";
      String same = "f.id = r.id AND f.name IS NOT DISTINCT FROM r.name AND f.amount = r.amount";
      assertThat(
              Sql.number(duck, "SELECT count(*) FROM " + old + " ANTI JOIN replayed r ON " + same))
          .as("version %d removes only rows that are there", version.version())
          .isZero();
      Sql.run(duck, "DELETE FROM replayed r USING " + old + " WHERE " + same);
      Sql.run(
          duck,
          "INSERT INTO replayed SELECT id, name, amount FROM feed WHERE _change_type IN ('insert',"
              + " 'update_postimage')");
    }
    assertThat(rows(SCHEMA, "replayed")).isEqualTo(expected);
  }
}
