package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lake's life in an object store. */
class ObjectLakeIT {
  private static final int STEPS = 54;

  @TempDir Path directory;
  private String place;
  private Path image;
  private Lake lake;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void open() {
    place = "s3://" + ObjectStoreServer.bucket() + "/a/lake/";
    image = directory.resolve("image");
    lake = lake(image);
    duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  private Lake lake(Path copies) {
    return new LakeLocation(place, copies, 1 << 30, ObjectStoreServer.endpoint()).open();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
    lake.close();
  }

  @Test
  void aTableLivesAsItDoesOnADisk() throws Exception {
    assertThat(lake.tables()).isEmpty();
    assertThatThrownBy(() -> lake.open(Marching.NAME)).hasMessageStartingWith("LK-001");
    DeltaTable table = Marching.create(lake, duck);
    assertThatThrownBy(() -> Marching.create(lake, duck)).hasMessageStartingWith("LK-002");
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int cut = 1; cut <= STEPS; cut++) {
      assertThat(Marching.step(table, duck, mirror)).isInstanceOf(CommitResult.Committed.class);
    }
    lake.close();
    lose(image);
    lake = lake(image);
    assertThat(lake.tables()).containsExactly(Marching.NAME);
    DeltaTable again = lake.open(Marching.NAME);
    assertThat(again.watermark().cut()).isEqualTo(STEPS);
    for (long cut : List.of(0L, 17L, (long) STEPS)) {
      long version = again.history().versionAt(cut).orElseThrow();
      var _ = again.history().createView(duck, version, "old");
      assertThat(Marching.wrong(duck, "old", cut)).isZero();
    }
    var _ = again.changes().load(duck, STEPS, "feed");
    assertThat(Sql.number(duck, "SELECT count(*) FROM feed")).isPositive();
    ShardPositions positions = new ShardPositions(lake);
    assertThat(positions.readAll()).isEmpty();
    ShardPosition position = new ShardPosition("s", 1, 2, Map.of(), List.of(), Map.of());
    positions.write(position);
    positions.write(position);
    assertThat(positions.readAll()).containsExactly(position);
    maintain(again);
  }

  private void maintain(DeltaTable table) {
    Maintenance maintenance = lake.maintenance(Marching.NAME);
    Compacted compacted = maintenance.compact(duck, CompactionGoal.usual());
    assertThat(compacted.filesBefore()).isGreaterThan(1);
    table.refresh();
    Mirror mirror = Mirror.load(duck, table, "later");
    assertThat(Marching.step(table, duck, mirror)).isInstanceOf(CommitResult.Committed.class);
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(30));
    try (Lake inAMonth = new Lake(image, later, lake.storage())) {
      Vacuumed vacuumed =
          inAMonth
              .maintenance(Marching.NAME)
              .vacuum(
                  new VacuumBounds(
                      VacuumBounds.USUAL_RETENTION, Long.MAX_VALUE, VacuumBounds.Mode.SAFE));
      assertThat(vacuumed.files()).isNotEmpty().noneMatch(Files::exists);
      try (DailyVacuum daily =
          new DailyVacuum(inAMonth, VacuumBounds.USUAL_RETENTION, (_, _) -> {})) {
        assertThat(daily.vacuumIfDue(Marching.NAME, () -> Long.MAX_VALUE))
            .as("on the day of another vacuum")
            .isEmpty();
      }
      var _ = inAMonth.open(Marching.NAME).history().createView(duck, table.version(), "now");
      assertThat(Marching.wrong(duck, "now", STEPS + 1L)).isZero();
      assertThatThrownBy(() -> inAMonth.maintenance(Marching.NAME).restore(3, RestoreMode.ANY_CUT))
          .hasMessageStartingWith("LK-011");
    }
  }

  @Test
  void copiesAreMadeAgainWhenTheyAreLostOrTorn() throws Exception {
    DeltaTable table = Marching.create(lake, duck);
    Path file = table.folder().locate(table.scan().files().iterator().next().path());
    for (byte[] torn : List.of(new byte[0], new byte[100])) {
      Files.write(file, torn);
      var _ = table.history().createView(duck, 0, "now");
      assertThat(Marching.wrong(duck, "now", 0)).isZero();
    }
    Files.delete(file);
    var _ = Mirror.load(duck, table, "mirror");
    assertThat(Marching.wrong(duck, "mirror", 0)).isZero();
  }

  @Test
  void aNameIsGivenOnceAndAnAnswerThatWasLostIsNoConflict() throws Exception {
    Storage storage = lake.storage();
    Path file = image.resolve("x/_delta_log/00000000000000000000.json");
    write(storage, file, "one");
    write(storage, file, "one"); // the same request again
    assertThatThrownBy(() -> write(storage, file, "two"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(storage.read(file).orElseThrow().bytes()).asString().isEqualTo("one\n");
  }

  private static void write(Storage storage, Path file, String line) throws IOException {
    storage
        .newOutputFile(file.toString())
        .writeAtomically(LocalFiles.closeable(List.of(line).iterator()), false);
  }

  private static void lose(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
