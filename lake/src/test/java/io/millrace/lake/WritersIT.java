package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Six writers of one table in two processes: what was acknowledged is there, once. */
class WritersIT {
  private static final TableName NAME = TableName.parse("dim.shared");
  private static final RowSchema SCHEMA =
      new RowSchema(List.of(new Column("row", Simple.VARCHAR, false)), List.of());
  private static final int THREADS = 3;
  private static final int COMMITS = 12;

  @TempDir Path directory;

  @Test
  void loseNothingOnDisk() throws Exception {
    run(directory.resolve("lake").toString(), null);
  }

  @Test
  void loseNothingInAnObjectStore() throws Exception {
    run("s3://" + ObjectStoreServer.bucket() + "/some/lake", ObjectStoreServer.endpoint());
  }

  private void run(String place, @Nullable URI endpoint) throws Exception {
    try (Lake lake = open(place, directory.resolve("reader"), endpoint);
        DuckDb duckDb = DuckDb.inMemory(directory.resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      var _ = lake.create(NAME, TableSpec.of(SCHEMA), Watermark.at(0, "d"));
      List<Process> processes = new ArrayList<>();
      List<String> acknowledged = new ArrayList<>();
      try {
        for (String process : List.of("one", "two")) {
          processes.add(start(place, endpoint, process));
        }
        for (Process process : processes) {
          assertThat(process.getInputStream().read()).isEqualTo('r');
        }
        for (Process process : processes) {
          process.getOutputStream().write('g');
          process.getOutputStream().flush();
        }
        for (Process process : processes) {
          acknowledged.addAll(
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                  .lines()
                  .toList());
          assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
          assertThat(process.exitValue()).isZero();
        }
      } finally {
        processes.forEach(Process::destroyForcibly);
      }
      assertThat(acknowledged).hasSize(2 * THREADS * COMMITS);
      DeltaTable table = lake.open(NAME);
      assertThat(table.version()).isEqualTo(acknowledged.size());
      var _ = table.history().createView(duck, table.version(), "rows");
      List<String> visible =
          Sql.query(
              duck,
              "FROM rows",
              rows -> {
                List<String> all = new ArrayList<>();
                while (rows.next()) {
                  all.add(rows.getString(1));
                }
                return all;
              });
      assertThat(visible).containsExactlyInAnyOrderElementsOf(acknowledged);
    }
  }

  private Process start(String place, @Nullable URI endpoint, String name) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "-Daws.accessKeyId=" + System.getProperty("aws.accessKeyId", "-"),
            "-Daws.secretAccessKey=" + System.getProperty("aws.secretAccessKey", "-"),
            "-cp",
            System.getProperty("java.class.path"),
            Writers.class.getName(),
            place,
            String.valueOf(endpoint),
            directory.resolve(name).toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static Lake open(String place, Path image, @Nullable URI endpoint) {
    return new LakeLocation(place, image, LakeLocation.USUAL_IMAGE_BYTES, endpoint).open();
  }

  /** One of the processes. */
  static final class Writers {
    private Writers() {}

    public static void main(String[] arguments) throws Exception {
      PrintStream out =
          new PrintStream(
              new java.io.FileOutputStream(java.io.FileDescriptor.out),
              true,
              StandardCharsets.UTF_8);
      Path folder = Path.of(arguments[2]);
      URI endpoint = arguments[1].equals("null") ? null : URI.create(arguments[1]);
      try (Lake lake = WritersIT.open(arguments[0], folder.resolve("image"), endpoint);
          DuckDb duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
          ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        out.print('r');
        out.flush();
        var _ = System.in.read();
        List<Callable<List<String>>> writers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          String writer = folder.getFileName() + "-" + i;
          writers.add(() -> write(lake, duckDb, writer));
        }
        for (Future<List<String>> done : threads.invokeAll(writers)) {
          done.get().forEach(out::println);
        }
      }
    }

    private static List<String> write(Lake lake, DuckDb duckDb, String writer) throws SQLException {
      List<String> acknowledged = new ArrayList<>();
      try (Connection duck = duckDb.connect()) {
        for (int i = 0; i < COMMITS; i++) {
          String row = writer + " " + i;
          while (!committed(lake, duck, row)) {
            // another writer was first
          }
          acknowledged.add(row);
        }
      }
      return acknowledged;
    }

    private static boolean committed(Lake lake, Connection duck, String row) {
      try {
        DeltaTable table = lake.open(NAME);
        return table.append(
                duck,
                "SELECT " + Sql.text(row) + " AS row",
                Watermark.at(table.watermark().cut() + 1, "d"))
            instanceof CommitResult.Committed;
      } catch (MillraceException e) {
        if (e.errorCode() == LakeError.LK_005_FENCED) {
          return false;
        }
        throw e;
      }
    }
  }
}
