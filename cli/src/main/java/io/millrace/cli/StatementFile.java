package io.millrace.cli;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.statement.StatementHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file of a dynamic table's statement, in its warehouse folder.
 *
 * @param folder the folder
 * @param path of the file in the folder
 */
record StatementFile(Path folder, Path path) {

  static StatementFile of(Path folder, TableName table) {
    return new StatementFile(folder, StatementHead.file(table));
  }

  /** Where it is. */
  Path file() {
    return folder.resolve(path);
  }

  boolean exists() {
    return Files.exists(file());
  }

  String text() throws IOException {
    return Files.readString(file());
  }

  /**
   * The problems that the folder would have with this text and has not now, wherever they stand.
   */
  List<Problem> addedBy(String text) {
    Folder read = new Folder(folder, System.getenv());
    List<String> known =
        new ArrayList<>(
            read.alone(true).problems().stream().map(StatementFile::withoutPlace).toList());
    return read.draft(path, text).problems().stream()
        .filter(problem -> !known.remove(withoutPlace(problem)))
        .toList();
  }

  private static String withoutPlace(Problem problem) {
    return problem.file() + ": " + problem.code().code() + " " + problem.message();
  }

  /** Readers see the old text or the new one, whatever happens. */
  void replace(String text) throws IOException {
    Path file = file();
    Path written = file.resolveSibling("." + file.getFileName() + ".tmp");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(written, text);
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(written);
    }
  }
}
