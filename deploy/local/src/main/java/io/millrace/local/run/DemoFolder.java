package io.millrace.local.run;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The demo's own folder: data, logs, and a copy of the example warehouse.
 *
 * @param path where it lies
 */
record DemoFolder(Path path) {
  private static final List<String> OURS =
      List.of(".millrace", "lake", "logs", "stack", "state", "warehouse");

  Path stack() {
    return path.resolve("stack");
  }

  Path lake() {
    return path.resolve("lake");
  }

  Path warehouse() {
    return path.resolve("warehouse");
  }

  /** Copies the example warehouse. */
  void takeExample(Path home) {
    Path example = home.resolve("examples").resolve("shop");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = warehouse().resolve(example.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Ends a deletion that was broken off, as by a second Ctrl-C: what it left are parts that do not
   * fit each other, and nothing goes on with them.
   */
  void finishDeleting() {
    if (Files.exists(deleting())) {
      delete();
    }
  }

  private Path deleting() {
    return path.resolve("deleting");
  }

  /** Deletes what the demo made, and the folder if nothing else is in it. */
  void delete() {
    try {
      Files.writeString(
          deleting(), "The demo's data are being deleted; its next start ends that.\n");
      for (String name : OURS) {
        deleteTree(path.resolve(name));
      }
      Files.deleteIfExists(deleting());
      try (Stream<Path> left = Files.list(path)) {
        if (left.findAny().isEmpty()) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private MillraceException unusable(IOException cause) {
    return new MillraceException(
        LocalError.LOC_006_FOLDER_UNUSABLE,
        "The demo's folder " + path + " cannot be used: see the cause.",
        cause);
  }
}
