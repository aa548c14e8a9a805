package io.millrace.local;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.JavaCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where the parts are installed: beside the jar, or the folder of classes, that brings them (in a
 * build, {@code target/}).
 */
final class Installed {
  private Installed() {}

  /** The broker's jars, beside the jar of its node. */
  static Path kafkaLib(Path node) {
    return existing(node.resolveSibling("kafka-lib"));
  }

  /** The registry's application. */
  static Path registry() {
    return existing(besideUs("registry"));
  }

  /** The folder that PostgreSQL is unpacked to at its first start. */
  static Path postgres() {
    return besideUs("postgres");
  }

  private static Path besideUs(String name) {
    return JavaCommand.placeOf(Installed.class).resolveSibling(name);
  }

  private static Path existing(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new MillraceException(
          LocalError.LOC_005_PART_NOT_INSTALLED,
          String.format(
              Locale.ROOT,
              "The folder %s is missing: build deploy/local with Maven, which fills it.",
              folder));
    }
    return folder;
  }
}
