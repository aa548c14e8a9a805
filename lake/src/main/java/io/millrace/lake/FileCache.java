package io.millrace.lake;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds the local copies of a lake's files: the ones that were not used for longest go first, and
 * none that was used in the last minutes, because a query may be about to read it; so the bound can
 * be passed for that long. Copies are never changed, and may be deleted by anybody. Safe for all
 * threads.
 */
final class FileCache {
  private static final Duration IN_USE = Duration.ofMinutes(10);
  private static final Duration LEFT_OVER = Duration.ofHours(1);

  private final Clock clock;
  private final long bytesMax;
  private final Map<Path, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  private record Copy(long bytes, Instant used) {}

  /** A cache of what is in this directory, from an earlier process or not at all. */
  FileCache(Path directory, long bytesMax, Clock clock) throws IOException {
    this.clock = clock;
    this.bytesMax = bytesMax;
    Files.createDirectories(directory);
    takeUp(directory);
  }

  private void takeUp(Path directory) throws IOException {
    Instant now = clock.instant();
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
              add(file, attributes.size(), modified);
            } else if (modified.isBefore(now.minus(LEFT_OVER))) {
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
    shrink();
  }

  /** Notes that a copy is there and about to be read. */
  synchronized void use(Path file, long size) {
    add(file, size, clock.instant());
    shrink();
  }

  /** Notes that a copy is gone. */
  synchronized void forget(Path file) {
    Copy copy = copies.remove(file);
    if (copy != null) {
      bytes -= copy.bytes();
    }
  }

  /** Size of all copies. */
  synchronized long bytes() {
    return bytes;
  }

  private synchronized void add(Path file, long size, Instant used) {
    Copy before = copies.put(file, new Copy(size, used));
    bytes += size - (before == null ? 0 : before.bytes());
  }

  private synchronized void shrink() {
    Instant inUse = clock.instant().minus(IN_USE);
    Iterator<Map.Entry<Path, Copy>> oldest = copies.entrySet().iterator();
    while (bytes > bytesMax && oldest.hasNext()) {
      Map.Entry<Path, Copy> copy = oldest.next();
      if (copy.getValue().used().isAfter(inUse)) {
        return;
      }
      try {
        Files.deleteIfExists(copy.getKey());
      } catch (IOException e) {
        return; // the disk says why when something is written
      }
      bytes -= copy.getValue().bytes();
      oldest.remove();
    }
  }
}
