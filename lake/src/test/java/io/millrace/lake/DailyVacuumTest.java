package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DailyVacuumTest extends LakeFixture {
  private static final Duration WEEK = VacuumBounds.USUAL_RETENTION;
  private static final long CUTS = 6;

  private final ClockInHand clock = new ClockInHand();
  private final BlockingQueue<TableName> told = new ArrayBlockingQueue<>(10);

  /** The system's time when the test began, and what was added since. */
  private static final class ClockInHand extends Clock {
    private volatile Instant now = Clock.systemUTC().instant();

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private Lake later(Storage files) {
    return new Lake(directory.resolve("lake"), clock, files);
  }

  private DailyVacuum daily(Lake of, @Nullable Duration retention) {
    return new DailyVacuum(of, retention, (table, _) -> told.add(table));
  }

  /** A table whose steps and compaction have left files that its newest version does not need. */
  private DeltaTable steps() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (long cut = 1; cut <= CUTS; cut++) {
      make(table, mirror, cut, "SELECT id, name || '!' AS name, amount FROM mirror");
    }
    optimize(lake);
    return table;
  }

  @Test
  void vacuumsATableOnceADayWhoeverAsks() {
    steps();
    try (Lake later = later(new LocalFiles());
        DailyVacuum daily = daily(later, WEEK)) {
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS).orElseThrow().files()).isEmpty();
      clock.pass(Duration.ofHours(23));
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS)).isEmpty();
      try (DailyVacuum restarted = daily(later, WEEK)) {
        assertThat(restarted.vacuumIfDue(NAME, () -> CUTS)).isEmpty();
      }
      clock.pass(WEEK.plus(Duration.ofHours(2)));
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS).orElseThrow().files()).hasSizeGreaterThan(5);
      assertThat(told).containsExactly(NAME, NAME);
    }
  }

  @Test
  void countsAVacuumByHandButNotADryRun() {
    steps();
    try (Lake later = later(new LocalFiles());
        DailyVacuum daily = daily(later, WEEK)) {
      clock.pass(Duration.ofDays(8));
      later.maintenance(NAME).vacuum(new VacuumBounds(WEEK, CUTS, VacuumBounds.Mode.DRY_RUN));
      assertThat(later.maintenance(NAME).vacuumedAt()).isEmpty();
      later.maintenance(NAME).vacuum(new VacuumBounds(WEEK, CUTS, VacuumBounds.Mode.SAFE));
      assertThat(later.maintenance(NAME).vacuumedAt()).contains(clock.instant());
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS)).isEmpty();
    }
  }

  @Test
  void leavesReadersAndFollowersWhatTheyMayStillNeed() throws Exception {
    DeltaTable table = steps();
    long versions = lake.open(NAME).version();
    try (Lake later = later(new LocalFiles());
        DailyVacuum daily = daily(later, WEEK)) {
      clock.pass(WEEK.minus(Duration.ofMinutes(1)));
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS).orElseThrow().files()).isEmpty();
      for (long version = 1; version <= versions; version++) {
        var _ = table.changes().load(duck, version, "feed");
        var _ = table.history().createView(duck, version, "then");
        assertThat(Sql.number(duck, "SELECT count(*) FROM \"then\"")).isEqualTo(2);
      }
      clock.pass(Duration.ofDays(2));
      assertThat(daily.vacuumIfDue(NAME, () -> 4).orElseThrow().readableFrom()).isEqualTo(4);
      for (long version = 5; version <= versions; version++) {
        var _ = table.changes().load(duck, version, "feed");
      }
      assertThat(KernelReader.rows(table.path())).hasSize(2);
    }
  }

  @Test
  void takesWhatFailedCommitsAndKilledWritersLeft() throws Exception {
    Path folder = steps().path();
    String uuid = ".0b5c6f7e-6a1f-4d52-9a80-6f1f0f3a4c11.tmp";
    Path orphan = old(folder.resolve("part-orphan.parquet"));
    Path scratch = old(folder.resolve("_new-1/part-0.parquet"));
    Path commit = old(folder.resolve("_delta_log/.00000000000000000009.json" + uuid));
    Path vector = old(folder.resolve(".deletion_vector_1.bin" + uuid));
    Path young = Files.writeString(folder.resolve("part-young.parquet"), "x");
    Path others = old(folder.resolve("_delta_index/index"));
    try (Lake later = later(new LocalFiles());
        DailyVacuum daily = daily(later, WEEK)) {
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS).orElseThrow().files())
          .containsExactlyInAnyOrder(orphan, scratch, commit, vector);
    }
    assertThat(young).exists();
    assertThat(others).exists();
    assertThat(folder.resolve("_delta_log/00000000000000000000.json")).exists();
  }

  private static Path old(Path file) throws IOException {
    Files.createDirectories(LocalFiles.directoryOf(file));
    Files.writeString(file, "x");
    return Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
  }

  @Test
  void triesAgainInAnHourWhenTheStorageFails() {
    steps();
    AtomicBoolean broken = new AtomicBoolean(true);
    LocalFiles files =
        new LocalFiles() {
          @Override
          public boolean delete(String path) throws IOException {
            if (broken.get()) {
              throw new IOException("read-only");
            }
            return super.delete(path);
          }
        };
    try (Lake later = later(files);
        DailyVacuum daily = daily(later, WEEK)) {
      clock.pass(Duration.ofDays(8));
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS)).isEmpty();
      broken.set(false);
      clock.pass(Duration.ofMinutes(59));
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS)).isEmpty();
      clock.pass(Duration.ofMinutes(2));
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS).orElseThrow().files()).isNotEmpty();
    }
  }

  @Test
  void doesItsWorkBesideWhoeverShowsItATable() throws Exception {
    steps();
    try (Lake later = later(new LocalFiles());
        DailyVacuum daily = daily(later, WEEK)) {
      clock.pass(Duration.ofDays(8));
      daily.look(TableName.parse("dim.none"), () -> CUTS);
      daily.look(NAME, () -> CUTS);
      assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo(NAME);
      assertThat(later.maintenance(NAME).vacuumedAt()).contains(clock.instant());
    }
  }

  @Test
  void doesNothingWhenItIsOff() {
    steps();
    try (Lake later = later(new LocalFiles());
        DailyVacuum daily = daily(later, null)) {
      clock.pass(Duration.ofDays(400));
      assertThat(daily.vacuumIfDue(NAME, () -> CUTS)).isEqualTo(Optional.empty());
      assertThat(later.maintenance(NAME).vacuumedAt()).isEmpty();
    }
  }
}
