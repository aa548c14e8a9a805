package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever is found in the folder of local state, a mirror shows the table's rows. */
class MirrorRestartTest extends LakeFixture {
  private static final String RELATION = "dim.\"customer\"";

  private DeltaTable fill() {
    Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS dim");
    return lake.create(
        NAME,
        TableSpec.of(SCHEMA),
        Watermark.at(0, "d"),
        duck,
        "SELECT i AS id, 'n' || i AS name, i AS amount FROM range(500) t(i)");
  }

  private void step(DeltaTable table, Mirror mirror, int cut) {
    make(
        table,
        mirror,
        cut,
        "SELECT id, CASE WHEN id % 7 = "
            + cut % 7
            + " THEN name || '!' ELSE name END AS name, amount FROM "
            + mirror.relation()
            + " WHERE id <> "
            + cut);
  }

  private void reopen() throws SQLException {
    duck.close();
    duckDb.close();
    duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
    duck = duckDb.connect();
    Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS dim");
  }

  /** Loads the mirror while no data file can be read: it must have been taken up. */
  private Mirror takeUpWithoutTheLake(DeltaTable table) throws IOException {
    List<Path> data;
    try (Stream<Path> files = Files.list(table.path())) {
      data = files.filter(f -> f.toString().endsWith(".parquet")).toList();
    }
    for (Path file : data) {
      Files.move(file, Path.of(file + ".away"));
    }
    try {
      return Mirror.load(duck, table, RELATION);
    } finally {
      for (Path file : data) {
        Files.move(Path.of(file + ".away"), file);
      }
    }
  }

  private void assertRight(DeltaTable table) throws Exception {
    assertThat(rows(SCHEMA, RELATION)).isEqualTo(KernelReader.rows(table.path()));
  }

  @Test
  void isTakenUpWithoutReadingTheLake() throws Exception {
    DeltaTable table = fill();
    Mirror mirror = Mirror.load(duck, table, RELATION);
    step(table, mirror, 1);
    step(table, mirror, 2);
    Sql.run(duck, "CREATE TABLE something_else AS SELECT 1 AS x");
    reopen();
    DeltaTable again = lake.open(NAME);
    Mirror taken = takeUpWithoutTheLake(again);
    assertThat(taken.current()).isTrue();
    assertRight(again);
    assertThat(
            Sql.number(
                duck,
                "SELECT count(*) FROM duckdb_tables() WHERE NOT internal AND"
                    + " table_name = 'something_else'"))
        .isZero();
    step(again, taken, 3);
    assertRight(again);
  }

  @Test
  void isDroppedWhenTheWarehouseNoLongerHasItsTable() throws Exception {
    var _ = Mirror.load(duck, fill(), RELATION);
    reopen();
    duckDb.keepMirrorsOf(List.of(TableName.parse("dim.customer")));
    assertThat(tables()).isEqualTo(2);
    assertThat(takeUpWithoutTheLake(lake.open(NAME)).current()).isTrue();
    reopen();
    duckDb.keepMirrorsOf(List.of(TableName.parse("dim.other")));
    assertThat(tables()).isZero();
    var _ = Mirror.load(duck, lake.open(NAME), RELATION);
    assertRight(lake.open(NAME));
  }

  private long tables() {
    return Sql.number(
        duck,
        "SELECT count(*) FROM duckdb_tables() WHERE NOT internal AND table_name LIKE '%customer'");
  }

  @Test
  void followsWhatOthersDidMeanwhileCompactionIncluded() throws Exception {
    DeltaTable table = fill();
    step(table, Mirror.load(duck, table, RELATION), 1);
    reopen();
    DeltaTable elsewhere = lake.open(NAME);
    Mirror other = Mirror.load(duck, elsewhere, "other");
    step(elsewhere, other, 2);
    var _ = lake.maintenance(NAME).compact(duck, CompactionGoal.usual());
    elsewhere.refresh();
    other.refresh(duck);
    step(elsewhere, other, 3);
    DeltaTable again = lake.open(NAME);
    Mirror taken = Mirror.load(duck, again, RELATION);
    assertRight(again);
    step(again, taken, 4);
    assertRight(again);
  }

  @Test
  void followsCompactionWithoutReadingFilesThatStay() throws Exception {
    DeltaTable table = fill();
    Mirror mirror = Mirror.load(duck, table, RELATION);
    step(table, mirror, 1);
    step(table, mirror, 2);
    LiveFile large =
        table.scan().files().stream()
            .max(Comparator.comparingLong(LiveFile::sizeBytes))
            .orElseThrow();
    CompactionGoal small = new CompactionGoal(1 << 20, large.sizeBytes(), 1, 1, List.of());
    Path file = table.path().resolve(large.path());
    Files.move(file, Path.of(file + ".away"));
    assertThat(lake.maintenance(NAME).compact(duck, small).filesBefore()).isEqualTo(2);
    table.refresh();
    mirror.refresh(duck);
    Files.move(Path.of(file + ".away"), file);
    assertRight(table);
  }

  @Test
  void anOldCopyCatchesUpOrIsLoadedAgain() throws Exception {
    DeltaTable table = fill();
    Mirror mirror = Mirror.load(duck, table, RELATION);
    step(table, mirror, 1);
    reopen();
    Path state = directory.resolve("state/state.duckdb");
    Path copy = directory.resolve("copy");
    duck.close();
    duckDb.close();
    Files.copy(state, copy);
    duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
    duck = duckDb.connect();
    DeltaTable again = lake.open(NAME);
    Mirror taken = Mirror.load(duck, again, RELATION);
    for (int cut = 2; cut < 8; cut++) {
      step(again, taken, cut);
    }
    duck.close();
    duckDb.close();
    Files.copy(copy, state, StandardCopyOption.REPLACE_EXISTING);
    reopen();
    assertThat(Mirror.load(duck, again, RELATION).current()).isTrue();
    assertRight(again);
    duck.close();
    duckDb.close();
    Files.copy(copy, state, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(table.path().resolve("_delta_log/00000000000000000000.json"));
    Files.delete(table.path().resolve("_delta_log/00000000000000000001.json"));
    // No checkpoint is there, so the log is of no use either: the table says so.
    reopen();
    assertThatThrownBy(() -> lake.open(NAME)).hasMessageStartingWith("LK-003");
  }

  @Test
  void aCopyOfAnotherHistoryIsNotBelieved() throws Exception {
    DeltaTable table = fill();
    Path backup = directory.resolve("backup");
    copyAll(table.path(), backup);
    Mirror mirror = Mirror.load(duck, table, RELATION);
    step(table, mirror, 1);
    step(table, mirror, 2);
    deleteAll(table.path());
    copyAll(backup, table.path());
    DeltaTable restored = lake.open(NAME);
    Mirror other = Mirror.load(duck, restored, "other");
    step(restored, other, 3);
    step(restored, other, 4);
    reopen();
    DeltaTable again = lake.open(NAME);
    assertThat(again.version()).isEqualTo(2);
    var _ = Mirror.load(duck, again, RELATION);
    assertRight(again);
    deleteAll(table.path());
    copyAll(backup, table.path());
    reopen();
    DeltaTable older = lake.open(NAME);
    var _ = Mirror.load(duck, older, RELATION);
    assertRight(older);
  }

  @Test
  void aTableMadeAnewIsLoadedAnew() throws Exception {
    DeltaTable table = fill();
    step(table, Mirror.load(duck, table, RELATION), 1);
    deleteAll(table.path());
    reopen();
    DeltaTable anew = fill();
    var _ = Mirror.load(duck, anew, RELATION);
    assertRight(anew);
  }

  @Test
  void tornAndDamagedFilesAreReplaced() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    DeltaTable table = fill();
    Mirror mirror = Mirror.load(duck, table, RELATION);
    step(table, mirror, 1);
    Sql.run(duck, "CHECKPOINT");
    step(table, mirror, 2);
    Path state = directory.resolve("state/state.duckdb");
    Path wal = directory.resolve("state/state.duckdb.wal");
    byte[] wholeState = Files.readAllBytes(state);
    byte[] wholeWal = Files.readAllBytes(wal);
    assertThat(wholeWal).isNotEmpty();
    for (int i = 0; i < 24; i++) {
      duck.close();
      duckDb.close();
      Files.write(state, wholeState);
      Files.write(wal, wholeWal);
      Path victim = i % 2 == 0 ? state : wal;
      long length = Files.size(victim);
      try (RandomAccessFile file = new RandomAccessFile(victim.toFile(), "rw")) {
        if (i % 4 < 2) {
          file.setLength(i < 2 ? 0 : random.nextLong(length));
        } else {
          long at = random.nextLong(length);
          file.seek(at);
          int old = file.read();
          file.seek(at);
          file.write(old ^ (1 << random.nextInt(8)));
        }
      }
      duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
      duck = duckDb.connect();
      Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS dim");
      DeltaTable again = lake.open(NAME);
      var _ = Mirror.load(duck, again, RELATION);
      assertThat(rows(SCHEMA, RELATION))
          .as("case %d, seed %d", i, seed)
          .isEqualTo(KernelReader.rows(table.path()));
    }
  }

  @Test
  void aMirrorWhoseRowsWereTamperedWithIsFound() throws Exception {
    DeltaTable table = fill();
    step(table, Mirror.load(duck, table, RELATION), 1);
    for (String harm :
        List.of(
            "DELETE FROM %s WHERE id = 100",
            "UPDATE %s SET __row = __row + 1 WHERE id = 100",
            "INSERT INTO %s SELECT * FROM %s WHERE id = 100",
            "DROP TABLE %s",
            "CREATE OR REPLACE TABLE %s AS SELECT 1 AS something_else",
            "DROP TABLE \"millrace mirrors\".\"dim.customer\"",
            "UPDATE \"millrace mirrors\".\"dim.customer\" SET version = 0",
            "UPDATE \"millrace mirrors\".\"dim.customer\" SET version = 99",
            "DELETE FROM \"millrace mirrors\".\"dim.customer\"")) {
      Sql.run(duck, harm.replace("%s", RELATION));
      reopen();
      DeltaTable again = lake.open(NAME);
      var _ = Mirror.load(duck, again, RELATION);
      assertRight(again);
    }
  }

  @Test
  void staysWithinTheMemoryOfItsInstance() throws Exception {
    duck.close();
    duckDb.close();
    DuckDb.Limits limits = new DuckDb.Limits("64MB", 1, "2GB");
    duckDb = DuckDb.inDirectory(directory.resolve("small"), limits);
    duck = duckDb.connect();
    DeltaTable table =
        lake.create(
            NAME,
            TableSpec.of(SCHEMA),
            Watermark.at(0, "d"),
            duck,
            "SELECT i AS id, md5(i::VARCHAR) AS name, i AS amount FROM range(1_000_000) t(i)");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Sql.run(
        duck,
        "CREATE TEMP TABLE wanted AS SELECT (i * 997)::BIGINT AS id, 'x' AS name, 1 AS amount FROM"
            + " range(1000) t(i)");
    RowDiff.Changes changes =
        RowDiff.of(table)
            .into(
                duck,
                "changes",
                "mirror",
                "wanted",
                new RowDiff.Scope("(SELECT id FROM wanted)", List.of("id")));
    assertThat(changes.updates()).isEqualTo(1000);
    var _ = table.commit(duck, mirror, changes.relation(), Watermark.at(1, "d"));
    assertThat(mirror.current()).isTrue();
    duck.close();
    duckDb.close();
    duckDb = DuckDb.inDirectory(directory.resolve("small"), limits);
    duck = duckDb.connect();
    DeltaTable again = lake.open(NAME);
    var _ = Mirror.load(duck, again, "mirror");
    assertThat(Sql.number(duck, "SELECT count(*) FROM mirror WHERE name = 'x'")).isEqualTo(1000);
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
