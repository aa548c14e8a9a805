package io.millrace.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Makes folders that exist either whole or not at all. */
final class WholeFolder {
  private WholeFolder() {}

  /** Fills a new, empty folder. */
  @FunctionalInterface
  interface Filling {
    void fill(Path folder) throws IOException, InterruptedException;
  }

  /**
   * Fills a folder beside its place and renames it when whole. When another process was first, its
   * folder stays. A failed attempt leaves nothing.
   */
  static void make(Path place, Filling filling) throws IOException, InterruptedException {
    if (Files.exists(place)) {
      return;
    }
    Path parent = Files.createDirectories(place.toAbsolutePath().getParent());
    Path fresh = Files.createTempDirectory(parent, place.getFileName() + "-new");
    try {
      filling.fill(fresh);
      Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.exists(place)) {
        throw e;
      }
    } finally {
      delete(fresh);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
