package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.utils.FileStatus;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MaintenanceTest extends LakeFixture {
  private static final Duration WEEK = VacuumBounds.USUAL_RETENTION;
  private static final CompactionGoal ALL = CompactionGoal.usual();

  @SuppressWarnings("NullAway.Init") // each test begins with steps
  private DeltaTable table;

  @SuppressWarnings("NullAway.Init")
  private Mirror mirror;

  /** A table of 200 rows after ten steps that each change some of them. */
  private void steps(int count) {
    table =
        lake.create(
            NAME,
            TableSpec.of(SCHEMA),
            Watermark.at(0, "d"),
            duck,
            "SELECT i AS id, 'n' || i AS name, i AS amount FROM range(200) t(i)");
    mirror = Mirror.load(duck, table, "mirror");
    for (int i = 1; i <= count; i++) {
      make(
          table,
          mirror,
          i,
          "SELECT id, CASE WHEN id % 10 = "
              + i % 10
              + " THEN name || '!' ELSE name END AS name, amount FROM mirror WHERE id <> "
              + i);
    }
  }

  private List<String> live() throws Exception {
    return KernelReader.rows(table.path());
  }

  @Test
  void packsSmallFilesAndDropsDeadRowsWithoutChangingOne() throws Exception {
    steps(7);
    List<String> before = live();
    DeltaTable.Storage old = table.storage();
    assertThat(old.deadRows()).isPositive();
    Compacted compacted = lake.maintenance(NAME).compact(duck, ALL);
    assertThat(compacted.version()).isEqualTo(8);
    assertThat(compacted.filesBefore()).isEqualTo(old.files());
    assertThat(compacted.filesAfter()).isOne();
    assertThat(compacted.deadRows()).isEqualTo(old.deadRows());
    assertThat(live()).isEqualTo(before);
    DeltaTable again = lake.open(NAME);
    assertThat(again.storage().deadRows()).isZero();
    assertThat(again.watermark()).isEqualTo(table.watermark());
    assertThat(again.changes().versions(7, 8)).isEmpty();
    TableHistory.Entry newest = again.history().entries(1).getFirst();
    assertThat(newest.operation()).isEqualTo("OPTIMIZE");
    assertThat(newest.changesRows()).isFalse();
    assertThat(newest.cut()).isEmpty();
    assertThat(lake.maintenance(NAME).compact(duck, ALL).none()).isTrue();
  }

  @Test
  void letsTheWriterGoOnAfterItWithRowsInNewPlaces() throws Exception {
    steps(5);
    assertThat(lake.maintenance(NAME).compact(duck, ALL).none()).isFalse();
    String wanted = "SELECT id, upper(name) AS name, amount FROM mirror WHERE id < 20";
    assertThat(make(table, mirror, 6, wanted)).isEqualTo(new CommitResult.Moved(6));
    mirror.refresh(duck);
    assertThat(make(table, mirror, 6, wanted)).isInstanceOf(CommitResult.Committed.class);
    assertThat(live()).hasSize(15).isEqualTo(rows(SCHEMA, "mirror"));
  }

  @Test
  void leavesAFileAloneThatTheWriterChangedMeanwhile() throws Exception {
    steps(1);
    TableVersion stale = TableVersion.newest(lake, NAME);
    make(table, mirror, 2, "SELECT * FROM mirror WHERE id > 50");
    assertThat(stale.holds(List.copyOf(stale.live().all()))).isTrue();
    assertThat(TableVersion.newest(lake, NAME).holds(List.copyOf(stale.live().all()))).isFalse();
  }

  @Test
  void ordersAllRowsByColumnsWhenAskedTo() {
    steps(3);
    var _ = lake.maintenance(NAME).compact(duck, ALL.clusteredBy(List.of("amount")));
    assertThat(
            Sql.number(
                duck,
                Text.of(
                    "SELECT count(*) FROM (SELECT c3, lag(c3) OVER (ORDER BY file_row_number) AS"
                        + " before FROM read_parquet(%s, file_row_number = true)) WHERE before >"
                        + " c3",
                    Sql.text(
                        table
                            .folder()
                            .locate(lake.open(NAME).scan().files().iterator().next().path())
                            .toString()))))
        .isZero();
  }

  @Test
  void isDueAboveItsTriggersOnly() {
    steps(5);
    assertThat(table.compactionDue(ALL)).isFalse();
    assertThat(table.compactionDue(new CompactionGoal(1 << 20, 1 << 20, 1, 3, List.of()))).isTrue();
    assertThat(table.compactionDue(new CompactionGoal(1 << 20, 1, 0.05, 99, List.of()))).isTrue();
    assertThat(table.compactionDue(new CompactionGoal(1 << 20, 1, 0.95, 99, List.of()))).isFalse();
  }

  /** What is written anew follows what has come, not what the table holds. */
  @Test
  void leavesAFileAloneUntilThoseSmallerAreASixteenthOfIt() {
    CompactionGoal gradual = new CompactionGoal(1 << 20, 1 << 20, 1, 5, List.of(), true);
    DeltaTable bag =
        lake.create(
            TableName.parse("marts.bag"),
            TableSpec.of(new RowSchema(SCHEMA.columns(), List.of())),
            Watermark.at(0, "d"),
            duck,
            rows(0, 30_000));
    String first = bag.scan().files().iterator().next().path();
    long appended = 0;
    long rewritten = 0;
    boolean waited = false;
    for (int step = 1; step <= 400; step++) {
      bag.append(duck, rows(step * 100_000, 40), Watermark.at(step, "d"));
      appended += 40;
      assertThat(bag.storage().files()).isLessThan(20);
      if (!bag.compactionDue(gradual)) {
        continue;
      }
      long bytes = bytes(bag, f -> f.path().equals(first));
      boolean ripe = 16 * bytes(bag, f -> !f.path().equals(first)) >= bytes;
      Compacted done = lake.maintenance(bag.name()).compact(duck, gradual);
      assertThat(done.filesBefore()).isGreaterThan(5);
      bag.refresh();
      boolean there = bytes(bag, f -> f.path().equals(first)) > 0;
      assertThat(there).as("step %d", step).isEqualTo(bytes > 0 && !ripe);
      waited |= there;
      rewritten += done.bytesAfter();
    }
    assertThat(waited).isTrue();
    assertThat(bag.rows()).isEqualTo(30_000 + appended);
    assertThat(rewritten).isLessThan(10 * bytes(bag, f -> true));
    assertThat(bag.compactionDue(gradual)).isFalse();
  }

  private static String rows(int from, int count) {
    return Text.of(
        "SELECT i AS id, hash(i)::VARCHAR AS name, i AS amount FROM range(%d, %d) t(i)",
        from, from + count);
  }

  private static long bytes(DeltaTable table, Predicate<LiveFile> of) {
    return table.scan().files().stream().filter(of).mapToLong(LiveFile::sizeBytes).sum();
  }

  @Test
  void vacuumTakesWhatNoVersionWithinRetentionNeeds() throws Exception {
    steps(10);
    var _ = lake.maintenance(NAME).compact(duck, ALL);
    List<String> rows = live();
    Path orphan = Files.writeString(table.path().resolve("part-orphan.parquet"), "x");
    long before = dataFiles();
    assertThat(vacuum(WEEK, 10, VacuumBounds.Mode.SAFE).files()).isEmpty();
    try (Lake later = later(Duration.ofDays(8))) {
      VacuumBounds dry = new VacuumBounds(WEEK, 10, VacuumBounds.Mode.DRY_RUN);
      Vacuumed planned = later.maintenance(NAME).vacuum(dry);
      assertThat(dataFiles()).isEqualTo(before);
      Vacuumed done =
          later.maintenance(NAME).vacuum(new VacuumBounds(WEEK, 10, VacuumBounds.Mode.SAFE));
      assertThat(done).isEqualTo(planned);
      assertThat(done.files()).hasSizeGreaterThan(10).contains(orphan);
      assertThat(dataFiles()).isEqualTo(before - done.files().size());
    }
    assertThat(live()).isEqualTo(rows);
    assertThatThrownBy(() -> lake.open(NAME).history().createView(duck, 3, "old"))
        .hasMessageStartingWith("LK-011");
  }

  /** Storage that lets something happen once, when vacuum lists files or deletes the first. */
  private Vacuumed vacuumWith(Runnable atList, Runnable atDelete) {
    AtomicReference<Runnable> listed = new AtomicReference<>(atList);
    AtomicReference<Runnable> deleted = new AtomicReference<>(atDelete);
    LocalFiles files =
        new LocalFiles() {
          @Override
          public List<FileStatus> tree(Path directory, Predicate<FileStatus> wanted)
              throws IOException {
            List<FileStatus> found = super.tree(directory, wanted);
            listed.getAndSet(() -> {}).run();
            return found;
          }

          @Override
          public boolean delete(String path) throws IOException {
            deleted.getAndSet(() -> {}).run();
            return super.delete(path);
          }
        };
    Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(8));
    try (Lake later = new Lake(directory.resolve("lake"), clock, files)) {
      return later.maintenance(NAME).vacuum(new VacuumBounds(WEEK, 4, VacuumBounds.Mode.SAFE));
    }
  }

  /** Version 3's files are in version 4 no more, and vacuum may take them from version 5 on. */
  private void stepsAndCompaction() {
    steps(3);
    var _ = lake.maintenance(NAME).compact(duck, ALL);
    table.refresh();
    mirror.refresh(duck);
    make(table, mirror, 4, "FROM mirror WHERE id > 9");
  }

  @Test
  void vacuumSparesWhatARestoreTakesBackMeanwhile() throws Exception {
    stepsAndCompaction();
    List<String> third = rows(table.history().createView(duck, 3, "third"), "third");
    Vacuumed done =
        vacuumWith(() -> lake.maintenance(NAME).restore(3, RestoreMode.ANY_CUT), () -> {});
    assertThat(done.files()).isNotEmpty();
    assertThat(live()).isEqualTo(third);
  }

  @Test
  void aRestoreAmidstAVacuumIsNamed() throws Exception {
    stepsAndCompaction();
    List<String> newest = live();
    assertThatThrownBy(() ->
            vacuumWith(() -> {}, () -> lake.maintenance(NAME).restore(3, RestoreMode.ANY_CUT)))
        .hasMessageStartingWith("LK-021")
        .hasMessageContaining("Restore version 5");
    var _ = lake.maintenance(NAME).restore(5, RestoreMode.ANY_CUT);
    assertThat(live()).isEqualTo(newest);
  }

  @Test
  void aRestoreWhoseFilesGoAsItCommitsIsNamed() throws Exception {
    stepsAndCompaction();
    Path first = table.folder().locate(table.history().files(0).getFirst().path());
    WatchedFiles files =
        new WatchedFiles((kind, moment) -> {
          if (kind == WatchedFiles.Kind.COMMIT && moment == WatchedFiles.Moment.AFTER) {
            Files.deleteIfExists(first);
          }
        });
    try (Lake watched = lakeOn(files)) {
      assertThatThrownBy(() -> watched.maintenance(NAME).restore(0, RestoreMode.ANY_CUT))
          .hasMessageStartingWith("LK-021");
    }
    var _ = lake.maintenance(NAME).restore(5, RestoreMode.ANY_CUT);
    assertThatThrownBy(() -> lake.maintenance(NAME).restore(0, RestoreMode.ANY_CUT))
        .hasMessageStartingWith("LK-011");
  }

  @Test
  void vacuumLeavesVersionsThatNobodyHasBeenToldOf() throws Exception {
    steps(10);
    var _ = lake.maintenance(NAME).compact(duck, ALL);
    try (Lake later = later(Duration.ofDays(400))) {
      Vacuumed done =
          later.maintenance(NAME).vacuum(new VacuumBounds(WEEK, 6, VacuumBounds.Mode.SAFE));
      assertThat(done.readableFrom()).isEqualTo(6);
      assertThat(done.files()).isNotEmpty();
    }
    DeltaTable opened = lake.open(NAME);
    for (long v = 7; v <= 10; v++) {
      var _ = opened.changes().load(duck, v, "feed");
      assertThat(Sql.number(duck, "SELECT count(*) FROM feed")).isPositive();
    }
    assertThatThrownBy(() -> opened.changes().load(duck, 5, "feed"))
        .hasMessageStartingWith("LK-011");
  }

  @Test
  void vacuumRefusesAShortRetentionUnlessForcedAndThenStillSparesYoungFiles() throws Exception {
    steps(3);
    var _ = lake.maintenance(NAME).compact(duck, ALL);
    assertThatThrownBy(() -> vacuum(Duration.ofHours(1), 3, VacuumBounds.Mode.SAFE))
        .hasMessageStartingWith("LK-016");
    assertThat(vacuum(Duration.ZERO, 3, VacuumBounds.Mode.FORCED).files()).isEmpty();
    age(table.path());
    List<String> rows = live();
    assertThat(vacuum(Duration.ZERO, 3, VacuumBounds.Mode.FORCED).files()).isNotEmpty();
    assertThat(live()).isEqualTo(rows);
  }

  @Test
  void restoresTheRowsBeforeAnOutsidersChange() throws Exception {
    steps(3);
    List<String> rows = live();
    List<LiveFile> all = List.copyOf(table.scan().files());
    outsider(
        lake,
        new FileChanges(all, List.of(), List.of(), List.of()),
        Map.of(LakeCommitter.CUT, "none"));
    assertThat(live()).isEmpty();
    assertThat(lake.maintenance(NAME).restore(3, RestoreMode.SAME_CUT)).isEqualTo(5);
    assertThat(live()).isEqualTo(rows);
    DeltaTable again = lake.open(NAME);
    assertThat(again.watermark().cut()).isEqualTo(3);
    var _ = again.changes().load(duck, 5, "feed");
    assertThat(strings("SELECT DISTINCT _change_type FROM feed")).containsExactly("insert");
    Mirror fresh = Mirror.load(duck, again, "fresh");
    assertThat(make(again, fresh, 4, "SELECT * FROM fresh WHERE id > 100"))
        .isInstanceOf(CommitResult.Committed.class);
    assertThatThrownBy(() -> table.refresh()).hasMessageStartingWith("LK-006");
  }

  @Test
  void restoresAnotherCutOnlyWhenToldToAndFencesTheWriter() throws Exception {
    steps(4);
    assertThatThrownBy(() -> lake.maintenance(NAME).restore(2, RestoreMode.SAME_CUT))
        .hasMessageStartingWith("LK-017");
    assertThatThrownBy(() -> lake.maintenance(NAME).restore(9, RestoreMode.ANY_CUT))
        .hasMessageStartingWith("LK-017");
    RowSchema schema = table.history().createView(duck, 2, "second");
    List<String> then = rows(schema, "second");
    assertThat(lake.maintenance(NAME).restore(2, RestoreMode.ANY_CUT)).isEqualTo(5);
    assertThat(live()).isEqualTo(then);
    assertThat(lake.open(NAME).watermark().cut()).isEqualTo(2);
    assertThatThrownBy(() -> make(table, mirror, 5, "SELECT * FROM mirror WHERE id > 100"))
        .hasMessageStartingWith("LK-005");
  }

  /** A restore is of the cut that the table was at when it came, however long the log is since. */
  @Test
  void whatEarlierCutsShowedIsTheSameAfterARestoreToAnotherCut() throws Exception {
    steps(4);
    var _ = lake.maintenance(NAME).restore(2, RestoreMode.ANY_CUT);
    for (int cut = 10; cut <= 20; cut++) {
      DeltaTable restored = lake.open(NAME);
      for (int earlier = 0; earlier < 4; earlier++) {
        assertThat(restored.history().versionAt(earlier))
            .as("cut %d of %d versions", earlier, restored.version())
            .hasValue(earlier);
      }
      assertThat(restored.history().versionAt(4)).hasValue(5);
      assertThat(restored.history().versionAt(9)).hasValue(5);
      assertThat(restored.history().versionAt(cut - 1)).hasValue(restored.version());
      Mirror now = Mirror.load(duck, restored, "now");
      make(restored, now, cut, "SELECT * FROM now WHERE id <> " + cut);
    }
  }

  @Test
  void aCheckpointCleansTheExpiredLogAndTheTableStaysReadable() throws Exception {
    steps(60);
    lake.close();
    Path log = table.path().resolve("_delta_log");
    assertThat(log.resolve("00000000000000000050.checkpoint.parquet")).exists();
    age(log);
    lake = new Lake(directory.resolve("lake"));
    table = lake.open(NAME);
    mirror = Mirror.load(duck, table, "mirror");
    for (int i = 61; i <= 101; i++) {
      make(table, mirror, i, "SELECT * FROM mirror WHERE id <> " + i);
    }
    lake.close();
    lake = new Lake(directory.resolve("lake"));
    assertThat(log.resolve("00000000000000000049.json")).doesNotExist();
    assertThat(log.resolve("00000000000000000050.json")).exists();
    assertThat(log.resolve("00000000000000000049.crc")).exists();
    assertThat(live()).isEqualTo(rows(SCHEMA, "mirror"));
    assertThat(vacuum(WEEK, -1, VacuumBounds.Mode.SAFE).readableFrom()).isEqualTo(50);
    assertThat(vacuum(WEEK, 101, VacuumBounds.Mode.SAFE).readableFrom()).isEqualTo(50);
    assertThat(log.resolve("00000000000000000049.crc")).doesNotExist();
    assertThatThrownBy(() -> lake.open(NAME).changes().versions(10, 20))
        .hasMessageStartingWith("LK-011");
  }

  @Test
  void findsTheVersionOfATime() {
    steps(4);
    List<TableHistory.Entry> entries = table.history().entries(10);
    assertThat(entries).extracting(TableHistory.Entry::version).containsExactly(4L, 3L, 2L, 1L, 0L);
    for (TableHistory.Entry entry : entries) {
      assertThat(table.history().versionAt(entry.at())).hasValue(entry.version());
      assertThat(table.history().versionAt(entry.at().minusMillis(1)))
          .isEqualTo(
              entry.version() == 0 ? OptionalLong.empty() : OptionalLong.of(entry.version() - 1));
    }
    assertThat(table.history().versionAt(Instant.MAX)).hasValue(4);
  }

  private Vacuumed vacuum(Duration retention, long announced, VacuumBounds.Mode mode) {
    return lake.maintenance(NAME).vacuum(new VacuumBounds(retention, announced, mode));
  }

  private Lake later(Duration offset) {
    Clock clock = Clock.fixed(Instant.ofEpochMilli(lake.clock().millis()), ZoneOffset.UTC);
    return new Lake(directory.resolve("lake"), Clock.offset(clock, offset), new LocalFiles());
  }

  private long dataFiles() throws IOException {
    try (Stream<Path> files = Files.walk(table.path())) {
      return files
          .filter(f -> !f.toString().contains("/_delta_log/"))
          .filter(f -> !f.toString().contains("/_millrace/"))
          .filter(Files::isRegularFile)
          .count();
    }
  }

  /** Makes all files 40 days old. */
  private void age(Path folder) throws IOException {
    FileTime old =
        FileTime.from(Instant.ofEpochMilli(lake.clock().millis()).minus(Duration.ofDays(40)));
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
  }
}
