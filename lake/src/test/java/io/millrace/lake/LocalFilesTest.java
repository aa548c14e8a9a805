package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {
  private static final int NAMES = 200;

  @TempDir Path directory;

  /** Takes as many of the names as it can and tells which. Also the second process's main. */
  static List<String> take(Path directory, String writer) throws IOException {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      String file = directory.resolve("%020d.json".formatted(i)).toString();
      try {
        new LocalFiles()
            .newOutputFile(file)
            .writeAtomically(LocalFiles.closeable(List.of(writer, "end").iterator()), false);
        taken.add(i + " " + writer);
      } catch (FileAlreadyExistsException e) {
        // another writer was first
      }
    }
    return taken;
  }

  @Test
  void aNameIsGivenOutOnceAmongThreadsAndProcesses() throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Process other =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                LocalFilesTest.OtherProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> taken = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      assertThat(other.getInputStream().read()).isEqualTo('r');
      other.getOutputStream().write('g');
      other.getOutputStream().flush();
      Callable<List<String>> one = () -> take(directory, "one");
      Callable<List<String>> two = () -> take(directory, "two");
      for (Future<List<String>> part : threads.invokeAll(List.of(one, two))) {
        taken.addAll(part.get());
      }
      assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
      taken.addAll(
          new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList());
    } finally {
      other.destroyForcibly();
    }
    List<String> written = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      List<String> lines = Files.readAllLines(directory.resolve("%020d.json".formatted(i)));
      assertThat(lines).hasSize(2).endsWith("end");
      written.add(i + " " + lines.getFirst());
    }
    assertThat(taken).containsExactlyInAnyOrderElementsOf(written);
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void looksAtListedFilesAsTheyAreTaken() throws Exception {
    List<String> names = List.of("1.json", "2.json", "3.json");
    for (String name : names) {
      Files.writeString(directory.resolve(name), "x");
    }
    List<String> taken = new ArrayList<>();
    try (CloseableIterator<FileStatus> files =
        new LocalFiles().listFrom(directory.resolve("1.json").toString())) {
      taken.add(Path.of(files.next().getPath()).getFileName().toString());
      Files.delete(directory.resolve("2.json"));
      files.forEachRemaining(f -> taken.add(Path.of(f.getPath()).getFileName().toString()));
    }
    assertThat(taken).containsExactly("1.json", "3.json");
  }

  /** A second writer in a process of its own. */
  static final class OtherProcess {
    private OtherProcess() {}

    public static void main(String[] arguments) throws IOException {
      java.io.PrintStream out =
          new java.io.PrintStream(
              new java.io.FileOutputStream(java.io.FileDescriptor.out),
              true,
              StandardCharsets.UTF_8);
      out.print('r');
      out.flush();
      var _ = System.in.read();
      take(Path.of(arguments[0]), "process").forEach(out::println);
    }
  }
}
