package io.millrace.lake;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds the local copies of a lake's files: the ones that were not used for longest go first, and
 * none that was used in the last minutes, because a query may be about to read it; so the bound can
 * be passed for that long. Other processes may have a cache of the same directory: when a copy was
 * last used is therefore the time of its file, and the directory is looked through now and then.
 * Copies are never changed, and may be deleted by anybody. Safe for all threads.
 */
final class FileCache {
  private static final Duration IN_USE = Duration.ofMinutes(10);
  private static final Duration LEFT_OVER = Duration.ofDays(1);

  /** A use is noted on disk when the last one was so long ago. */
  private static final Duration NOTED = Duration.ofMinutes(1);

  private final Path directory;
  private final Clock clock;
  private final long bytesMax;
  private final Map<Path, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Path, Integer> held = new HashMap<>();
  private long bytes;
  private Instant lookedThrough;
  private Instant renewed;

  private record Copy(Path file, long bytes, Instant used) {}

  /** A cache of what is in this directory, from other processes or not at all. */
  FileCache(Path directory, long bytesMax, Clock clock) throws IOException {
    this.directory = directory;
    this.clock = clock;
    this.bytesMax = bytesMax;
    this.lookedThrough = clock.instant();
    this.renewed = lookedThrough;
    Files.createDirectories(directory);
    lookThrough();
    shrink();
  }

  private synchronized void lookThrough() throws IOException {
    lookedThrough = clock.instant();
    List<Copy> found = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = file.getFileName().toString();
            boolean written = !name.endsWith(".tmp") && !file.toString().contains("/_new-");
            Instant modified = attributes.lastModifiedTime().toInstant();
            if (written) {
              found.add(new Copy(file, attributes.size(), modified));
            } else if (modified.isBefore(lookedThrough.minus(LEFT_OVER))) {
              Files.deleteIfExists(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    copies.clear();
    bytes = 0;
    found.stream().sorted(Comparator.comparing(Copy::used)).forEach(this::add);
  }

  /**
   * Notes that a copy is there and about to be read.
   *
   * @throws NoSuchFileException when it is not: another process may have deleted it just now
   */
  synchronized void use(Path file, long size) throws IOException {
    Instant now = clock.instant();
    Copy before = copies.get(file);
    if (before == null || before.used().isBefore(now.minus(NOTED))) {
      Files.setLastModifiedTime(file, FileTime.from(now));
      add(new Copy(file, size, now));
    }
    if (renewed.isBefore(now.minus(NOTED))) {
      renew(now);
    }
    if (lookedThrough.isBefore(now.minus(IN_USE))) {
      lookThrough();
    }
    shrink();
  }

  /** These files are being brought together: until released, each counts as used all the time. */
  synchronized void hold(Collection<Path> files) {
    files.forEach(file -> held.merge(file, 1, Integer::sum));
  }

  /** These files are here, or will not come; they were used just now. */
  synchronized void release(Collection<Path> files) {
    renew(clock.instant());
    files.forEach(
        file -> held.computeIfPresent(file, (_, holders) -> holders == 1 ? null : holders - 1));
  }

  private void renew(Instant now) {
    renewed = now;
    for (Path file : held.keySet()) {
      Copy copy = copies.get(file);
      if (copy != null) {
        try {
          Files.setLastModifiedTime(file, FileTime.from(now));
          add(new Copy(file, copy.bytes(), now));
        } catch (IOException e) {
          forget(file);
        }
      }
    }
  }

  /** Notes that a copy is gone. */
  synchronized void forget(Path file) {
    Copy copy = copies.remove(file);
    if (copy != null) {
      bytes -= copy.bytes();
    }
  }

  /** Size of all copies, as far as this process knows. */
  synchronized long bytes() {
    return bytes;
  }

  private void add(Copy copy) {
    Copy before = copies.put(copy.file(), copy);
    bytes += copy.bytes() - (before == null ? 0 : before.bytes());
  }

  private synchronized void shrink() {
    Instant inUse = clock.instant().minus(IN_USE);
    for (Copy copy : List.copyOf(copies.values())) {
      if (bytes <= bytesMax || copy.used().isAfter(inUse)) {
        return;
      }
      try {
        Instant used = Files.getLastModifiedTime(copy.file()).toInstant();
        if (used.isAfter(inUse)) {
          add(new Copy(copy.file(), copy.bytes(), used));
          continue;
        }
        Files.delete(copy.file());
      } catch (NoSuchFileException e) {
        // another process was first
      } catch (IOException e) {
        return; // the disk says why when something is written
      }
      forget(copy.file());
    }
  }
}
