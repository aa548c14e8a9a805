package io.millrace.system.line;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What people and accidents do to a folder with all that is in it. */
final class LocalFolder {
  private LocalFolder() {}

  static void delete(Path folder) throws IOException {
    for (Path file : files(folder).stream().sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(file);
    }
  }

  /** Leaves the first half of each file; how many files there were with something in them. */
  static int truncate(Path folder) throws IOException {
    int truncated = 0;
    for (Path file : files(folder)) {
      if (Files.isRegularFile(file) && Files.size(file) > 1) {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
          bytes.setLength(bytes.length() / 2);
        }
        truncated++;
      }
    }
    return truncated;
  }

  static void copy(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      var _ = Files.copy(file, to.resolve(from.relativize(file).toString()));
    }
  }

  /** The folder first, then what is in it. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().toList();
    }
  }
}
