package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.WatchedFiles.Kind;
import io.millrace.lake.WatchedFiles.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No space left on the device. */
class DiskFullTest extends LakeFixture {
  private final Set<Kind> full = EnumSet.noneOf(Kind.class);

  private Lake limited() {
    return lakeOn(
        new WatchedFiles((kind, moment) -> {
          boolean atOnce = kind == Kind.COMMIT ? moment == Moment.AMID : moment == Moment.BEFORE;
          if (atOnce && full.contains(kind)) {
            throw new IOException("No space left on device");
          }
        }));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"DATA", "CHANGES", "VECTORS", "COMMIT"})
  void aStepThatFindsNoSpaceLeavesNothingAndCanBeTakenAgain(Kind kind) throws Exception {
    try (Lake limited = limited()) {
      DeltaTable table = Marching.create(limited, duck);
      Mirror mirror = Mirror.load(duck, table, "mirror");
      Set<String> before = names(table.path());
      full.add(kind);
      assertThatThrownBy(() -> Marching.step(table, duck, mirror))
          .hasMessageMatching("(?s)LK-00[37].*");
      if (kind != Kind.COMMIT) {
        assertThat(names(table.path())).isEqualTo(before);
      }
      full.clear();
      mirror.refresh(duck);
      assertThat(Marching.step(table, duck, mirror)).isInstanceOf(CommitResult.Committed.class);
      assertThat(table.version()).isEqualTo(1);
      assertThat(Marching.wrong(duck, "mirror", 1)).isZero();
      var _ = table.history().createView(duck, 1, "now");
      assertThat(Marching.wrong(duck, "now", 1)).isZero();
    }
  }

  @Test
  void stepsGoOnWhileChecksumsAndCheckpointsFindNoSpace() {
    full.addAll(EnumSet.of(Kind.CHECKSUM, Kind.CHECKPOINT, Kind.HINT));
    try (Lake limited = limited()) {
      DeltaTable table = Marching.create(limited, duck);
      Mirror mirror = Mirror.load(duck, table, "mirror");
      for (int cut = 1; cut <= 60; cut++) {
        assertThat(Marching.step(table, duck, mirror)).isInstanceOf(CommitResult.Committed.class);
      }
      var _ = lake.open(Marching.NAME).history().createView(duck, 60, "now");
      assertThat(Marching.wrong(duck, "now", 60)).isZero();
    }
  }

  @Test
  void aRealDiskThatFillsUpAgainAndAgainLosesAndDoublesNothing() throws Exception {
    Path disk = Files.createDirectories(directory.resolve("disk"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString())).isZero();
    try (Lake small = new Lake(disk.resolve("lake"), Clock.systemUTC(), new LocalFiles())) {
      DeltaTable table = Marching.create(small, duck);
      Mirror mirror = Mirror.load(duck, table, "mirror");
      int failed = 0;
      for (int room = 0; room < 130; room += 10) {
        fillBut(disk, room);
        try {
          var _ = Marching.step(table, duck, mirror);
        } catch (MillraceException e) {
          assertThat(e).hasMessageMatching("(?s)LK-00[347].*");
          failed++;
        }
        Files.delete(disk.resolve("filler"));
        mirror.refresh(duck);
        assertThat(Marching.wrong(duck, "mirror", table.watermark().cut())).isZero();
        var _ = table.history().createView(duck, table.version(), "now");
        assertThat(Marching.wrong(duck, "now", table.watermark().cut())).isZero();
      }
      assertThat(failed).isPositive();
      assertThat(table.watermark().cut()).isPositive();
      assertThat(small.open(Marching.NAME).version()).isEqualTo(table.watermark().cut());
    } finally {
      assertThat(run("umount", "-l", disk.toString())).isZero();
    }
  }

  @Test
  void fewRowsForWhichThereIsNoSpaceAreTriedAgain() throws Exception {
    Path disk = Files.createDirectories(directory.resolve("disk"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString())).isZero();
    try (Lake small = new Lake(disk.resolve("lake"), Clock.systemUTC(), new LocalFiles())) {
      DeltaTable table = small.create(NAME, TableSpec.of(SCHEMA), Watermark.at(0, "d"));
      Mirror mirror = Mirror.load(duck, table, "mirror");
      String rows = "SELECT i AS id, sha256(i::VARCHAR) AS name, i AS amount FROM range(400) t(i)";
      Set<String> before = names(table.path());
      for (int room = 0; room < 28; room += 4) {
        fillBut(disk, room);
        assertThatThrownBy(() -> make(table, mirror, 1, rows))
            .isInstanceOf(MillraceException.class)
            .hasMessageStartingWith("LK-003");
        Files.delete(disk.resolve("filler"));
        assertThat(names(table.path())).isEqualTo(before);
      }
      assertThat(make(table, mirror, 1, rows)).isInstanceOf(CommitResult.Committed.class);
      assertThat(mirror.current()).isTrue();
    } finally {
      assertThat(run("umount", "-l", disk.toString())).isZero();
    }
  }

  private static void fillBut(Path disk, int kilobytes) throws IOException {
    long free = Files.getFileStore(disk).getUsableSpace();
    Files.write(disk.resolve("filler"), new byte[(int) Math.max(0, free - kilobytes * 1024L)]);
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } catch (IOException e) {
      return -1; // no such command here
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> folder.relativize(f).toString())
          .collect(java.util.stream.Collectors.toSet());
    }
  }
}
