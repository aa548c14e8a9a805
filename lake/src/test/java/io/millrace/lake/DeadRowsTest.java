package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which rows of a file live is read from bits; the ends of bytes and of files are the traps. */
class DeadRowsTest extends LakeFixture {
  private static final List<Integer> FILE_ROWS = List.of(1, 7, 8, 9, 16, 63, 65, 2_049);

  @Test
  void firstLastAndAnyRowsOfFilesDieAndNoOthers() throws Exception {
    long seed = Long.getLong("dead.seed", System.nanoTime());
    Random random = new Random(seed);
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    TreeSet<Long> alive = new TreeSet<>(List.of(1L, 2L));
    long cut = 1;
    long next = 10;
    for (int rows : FILE_ROWS) {
      for (long id = next; id < next + rows; id++) {
        alive.add(id);
      }
      next += rows;
      var _ = make(table, mirror, cut++, wanted(alive));
    }
    for (int round = 0; round < 12; round++) {
      long from = 10;
      for (int rows : FILE_ROWS) {
        long endOfByte = 8L * round + 7;
        alive.remove(from + (round < 6 ? Math.min(endOfByte, rows - 1) : rows - round + 5));
        alive.remove(from + random.nextLong(round < 6 ? Math.min(endOfByte, rows) : rows));
        from += rows;
      }
      var _ = make(table, mirror, cut++, wanted(alive));
      var _ = table.history().createView(duck, table.version(), "now");
      List<String> expected = alive.stream().map(id -> id + "|n|1.00").sorted().toList();
      assertThat(rows(SCHEMA, "now")).as("seed %d, round %d", seed, round).isEqualTo(expected);
      var _ = Mirror.load(duck, table, "again");
      assertThat(strings("SELECT __file, __row, id FROM again"))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(strings("SELECT __file, __row, id FROM mirror"));
    }
    assertThat(KernelReader.rows(table.path())).isEqualTo(rows(SCHEMA, "now"));
  }

  private static String wanted(Set<Long> ids) {
    return "SELECT unnest(%s) AS id, 'n' AS name, 1.00 AS amount".formatted(ids);
  }
}
