package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.WatchedFiles.Kind;
import io.millrace.lake.WatchedFiles.Moment;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A writer that dies at each step of a commit, without a last word. Its successor goes on. */
class CommitCrashIT extends LakeFixture {
  private static final int DEAD = 137;

  private record Death(Kind kind, Moment moment) {}

  private static List<Death> deaths() {
    List<Death> deaths = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (Moment moment : Moment.values()) {
        boolean lines = kind == Kind.COMMIT || kind == Kind.CHECKSUM || kind == Kind.HINT;
        if (moment != Moment.AMID || lines) {
          deaths.add(new Death(kind, moment));
        }
      }
    }
    return deaths;
  }

  @Test
  void nothingIsLostAndNothingDoubledWhereverAWriterDies() throws Exception {
    Path root = directory.resolve("lake");
    Path state = directory.resolve("writer");
    var _ = Marching.create(lake, duck);
    for (Death death : deaths()) {
      long acknowledged = dieAt(root, state, death);
      try (Lake after = new Lake(root)) {
        DeltaTable table = after.open(Marching.NAME);
        long cut = table.watermark().cut();
        assertThat(cut).as("%s", death).isBetween(acknowledged, acknowledged + 1);
        assertThat(table.version()).as("%s", death).isEqualTo(cut);
        check(table, death);
      }
    }
    replayFeed();
    assertThat(leftovers(root)).as("temporary files only").allMatch(f -> f.endsWith(".tmp"));
  }

  /** Lets a process step until it dies; tells the last cut that it said was done. */
  private static long dieAt(Path root, Path state, Death death)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                root.toString(),
                state.toString(),
                death.kind().name(),
                death.moment().name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      List<String> said =
          new String(writer.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
      assertThat(writer.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(writer.exitValue()).as("%s", death).isEqualTo(DEAD);
      return Long.parseLong(said.getLast());
    } finally {
      writer.destroyForcibly();
    }
  }

  private void check(DeltaTable table, Death death) {
    long cut = table.watermark().cut();
    var _ = table.history().createView(duck, table.version(), "now");
    assertThat(Marching.wrong(duck, "now", cut)).as("rows after %s", death).isZero();
  }

  private void replayFeed() {
    DeltaTable table = lake.open(Marching.NAME);
    Sql.run(duck, "CREATE TABLE replayed (id BIGINT, since BIGINT)");
    for (ChangeFeed.FeedVersion version : table.changes().versions(-1, table.version())) {
      var _ = table.changes().load(duck, version.version(), "feed");
      Sql.run(
          duck,
          "DELETE FROM replayed WHERE (id, since) IN (SELECT (id, since) FROM feed WHERE"
              + " _change_type IN ('delete', 'update_preimage'))");
      Sql.run(
          duck,
          "INSERT INTO replayed SELECT id, since FROM feed WHERE _change_type IN ('insert',"
              + " 'update_postimage')");
      assertThat(Marching.wrong(duck, "replayed", version.watermark().cut())).isZero();
    }
  }

  /** Files of the log's folder that are none of the log's. */
  private static List<String> leftovers(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("dim/marching/_delta_log"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(n -> !n.matches("\\d{20}\\.(json|crc|checkpoint\\.parquet)|_last_checkpoint"))
          .toList();
    }
  }

  /** The writer's process: says the cut that the table has, steps, says it again. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws SQLException {
      PrintStream out =
          new PrintStream(
              new java.io.FileOutputStream(java.io.FileDescriptor.out),
              true,
              StandardCharsets.UTF_8);
      Kind kind = Kind.valueOf(arguments[2]);
      Moment moment = Moment.valueOf(arguments[3]);
      WatchedFiles files =
          new WatchedFiles((k, m) -> {
            if (k == kind && m == moment) {
              Runtime.getRuntime().halt(DEAD);
            }
          });
      try (Lake lake = new Lake(Path.of(arguments[0]), Clock.systemUTC(), files);
          DuckDb duckDb = DuckDb.inDirectory(Path.of(arguments[1]), DuckDb.Limits.small());
          Connection duck = duckDb.connect()) {
        DeltaTable table = lake.open(Marching.NAME);
        Mirror mirror = Mirror.load(duck, table, "mirror");
        if (Marching.wrong(duck, "mirror", table.watermark().cut()) > 0) {
          throw new IllegalStateException("the mirror is wrong");
        }
        out.println(table.watermark().cut());
        for (int step = 0; step < 60; step++) {
          var _ = Marching.step(table, duck, mirror);
          out.println(table.watermark().cut());
        }
      }
    }
  }
}
