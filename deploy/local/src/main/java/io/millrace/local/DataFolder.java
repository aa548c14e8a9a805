package io.millrace.local;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.Child;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A data folder in use by this process alone. The operating system drops the lock when the process
 * ends, however it ends; processes that a killed launcher left are waited for.
 */
final class DataFolder implements AutoCloseable {
  private static final Duration LEFTOVER_LIMIT = Duration.ofSeconds(15);

  private final Path path;
  private final FileChannel lockFile;

  private DataFolder(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /** Takes the folder, made if missing. */
  static DataFolder take(Path path) throws InterruptedException {
    try {
      Files.createDirectories(path);
      FileChannel lockFile =
          FileChannel.open(
              path.resolve("stack.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (lock(lockFile) == null) {
        String owner = Files.readString(path.resolve("stack.lock")).strip();
        lockFile.close();
        throw inUse(path, "the launcher with process id " + owner);
      }
      String owner = ProcessHandle.current().pid() + "\n";
      lockFile.truncate(0);
      lockFile.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)), 0);
      DataFolder folder = new DataFolder(path, lockFile);
      folder.awaitLeftovers();
      return folder;
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE,
          String.format(Locale.ROOT, "The data folder %s cannot be used: see the cause.", path),
          e);
    }
  }

  /** Notes the running children, for the next start after a kill of this process. */
  void note(List<Child> children) {
    StringBuilder lines = new StringBuilder();
    for (Child child : children) {
      child
          .handle()
          .info()
          .startInstant()
          .ifPresent(start ->
              lines.append(
                  String.format(
                      Locale.ROOT, "%d %s %s%n", child.handle().pid(), start, child.name())));
    }
    try {
      Files.writeString(path.resolve("stack.children"), lines);
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE,
          String.format(Locale.ROOT, "The data folder %s cannot be written: see the cause.", path),
          e);
    }
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE,
          String.format(Locale.ROOT, "The data folder %s cannot be released: see the cause.", path),
          e);
    }
  }

  private void awaitLeftovers() throws IOException, InterruptedException {
    Path file = path.resolve("stack.children");
    if (Files.notExists(file)) {
      return;
    }
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ", 3);
      Optional<ProcessHandle> leftover =
          ProcessHandle.of(Long.parseLong(words[0]))
              .filter(process ->
                  process.info().startInstant().equals(Optional.of(Instant.parse(words[1]))));
      if (leftover.isPresent() && !ends(leftover.get())) {
        close();
        throw inUse(
            path,
            String.format(
                Locale.ROOT, "%s with process id %s of a killed launcher", words[2], words[0]));
      }
    }
  }

  private static boolean ends(ProcessHandle process) throws InterruptedException {
    try {
      process.onExit().get(LEFTOVER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return !process.isAlive();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Waiting for the end of a process failed", e);
    }
  }

  private static @Nullable FileLock lock(FileChannel lockFile) throws IOException {
    try {
      return lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static MillraceException inUse(Path path, String owner) {
    return new MillraceException(
        LocalError.LOC_001_FOLDER_IN_USE,
        String.format(
            Locale.ROOT,
            "The data folder %s is in use by %s. Stop it, or give another folder.",
            path,
            owner));
  }
}
