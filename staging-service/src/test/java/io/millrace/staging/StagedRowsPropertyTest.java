package io.millrace.staging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.warehouse.StagingTable.Rows;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random changes, cut at random, taken by processes that die at random, before a commit or after
 * it: every version shows what a plain model has at its cut, and a rebuild finds nothing to change.
 * {@code -Dmillrace.staged.cases} sets the number of histories, {@code -Dmillrace.seed} repeats
 * one.
 */
class StagedRowsPropertyTest {
  private static final int CASES = Integer.getInteger("millrace.staged.cases", 1);
  private static final int CUTS = 10;
  private static final String SELECT =
      "SELECT _position AS place, id, name, _op AS op, _cut AS cut";

  @TempDir Path folder;

  /** A record of the topic; an emptying has no id. */
  private record Raw(long position, long cut, String op, long id, String name) {
    boolean empties() {
      return op.equals("t");
    }

    String values() {
      return empties()
          ? "(NULL, NULL, 't', NULL, %d, 0, %d)".formatted(position, cut)
          : "(%d, '%s', '%s', NULL, %d, 0, %d)".formatted(id, name, op, position, cut);
    }

    String row() {
      return empties()
          ? position + " t " + cut
          : "%d %d %s %s %d".formatted(position, id, name, op, cut);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyVersionShowsItsCut(Rows rows) throws SQLException {
    for (int i = 0; i < CASES; i++) {
      long seed =
          Long.getLong("millrace.seed", Clock.systemUTC().millis() * 31 + System.nanoTime());
      assertThat(wrong(rows, new Random(seed), folder.resolve(rows + "-" + i)))
          .as("seed %d", seed)
          .isEmpty();
    }
  }

  private static List<String> wrong(Rows rows, Random random, Path place) throws SQLException {
    List<Raw> log = log(random);
    List<String> wrong = new ArrayList<>();
    Map<Long, Long> cutOfVersion = new TreeMap<>();
    boolean done = false;
    while (!done) {
      try (StagedTable table = new StagedTable(place, clause(rows), SELECT)) {
        int steps = 1 + random.nextInt(4);
        while (steps > 0 && table.cut() < CUTS) {
          long cut = next(rows, log, table.cut());
          if (cut > CUTS) {
            break;
          }
          var _ = table.take(values(log.stream().filter(r -> r.cut() == cut).toList()), cut, false);
          cutOfVersion.put(table.version(), cut);
          steps--;
        }
        if (random.nextInt(3) == 0) {
          long version = table.version();
          long cut = table.cut();
          var _ = table.take(values(log.stream().filter(r -> r.cut() <= cut).toList()), cut, true);
          if (table.version() != version) {
            wrong.add("a rebuild at cut " + cut + " changed rows");
          }
        }
        done = next(rows, log, table.cut()) > CUTS;
      }
    }
    try (StagedTable table = new StagedTable(place, clause(rows), SELECT)) {
      cutOfVersion.forEach((version, cut) -> {
        if (!table.rowsAt(version).equals(model(rows, log, cut))) {
          wrong.add("version " + version + " of cut " + cut + ": " + table.rowsAt(version));
        }
      });
    }
    return wrong;
  }

  private static String clause(Rows rows) {
    return switch (rows) {
      case LATEST -> "KEYS (id)";
      case APPENDED -> "APPEND";
      case HISTORY -> "HISTORY";
    };
  }

  /** The next cut after one that changes the table; without a change a cut makes no version. */
  private static long next(Rows rows, List<Raw> log, long after) {
    long cut = after + 1;
    while (cut <= CUTS && model(rows, log, cut).equals(model(rows, log, after))) {
      cut++;
    }
    return cut;
  }

  private static List<Raw> log(Random random) {
    List<Raw> log = new ArrayList<>();
    List<String> ops = List.of("c", "r", "u", "u", "d");
    long position = 0;
    for (long cut = 0; cut <= CUTS; cut++) {
      for (int i = random.nextInt(8); i > 0; i--) {
        position += 1 + random.nextInt(3);
        String op = random.nextInt(20) == 0 ? "t" : ops.get(random.nextInt(ops.size()));
        log.add(new Raw(position, cut, op, random.nextInt(4), "n" + random.nextInt(2)));
      }
    }
    return log;
  }

  private static List<String> values(List<Raw> records) {
    return records.stream().map(Raw::values).toList();
  }

  /** What the table's rows are at a cut, one record after the other. */
  private static List<String> model(Rows rows, List<Raw> log, long cut) {
    List<Raw> all = new ArrayList<>();
    for (Raw record : log.stream().filter(r -> r.cut() <= cut).toList()) {
      switch (rows) {
        case HISTORY -> all.add(record);
        case APPENDED -> {
          if (record.empties()) {
            all.clear();
          } else if (record.op().equals("c") || record.op().equals("r")) {
            all.add(record);
          }
        }
        case LATEST -> {
          all.removeIf(r -> record.empties() || r.id() == record.id());
          if (!record.empties() && !record.op().equals("d")) {
            all.add(record);
          }
        }
      }
    }
    return all.stream().map(Raw::row).sorted().toList();
  }
}
