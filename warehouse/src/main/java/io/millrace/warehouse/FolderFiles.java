package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files of a warehouse folder.
 *
 * @param folder its root
 * @param drafts texts that stand for those of files, there or not, by path in the folder
 * @param problems where files that cannot be read are named
 */
record FolderFiles(Path folder, Map<Path, String> drafts, Problems problems) {

  /** The files of a subfolder with one of the endings, by name; hidden files are left out. */
  List<SourceText> in(String subfolder, String... endings) {
    NavigableSet<Path> files = new TreeSet<>(listed(subfolder));
    drafts.keySet().stream()
        .filter(f -> Path.of(subfolder).equals(f.getParent()))
        .forEach(files::add);
    return files.stream()
        .filter(f -> !f.getFileName().toString().startsWith("."))
        .filter(f -> Stream.of(endings).anyMatch(f.getFileName().toString()::endsWith))
        .flatMap(f -> read(f).stream())
        .toList();
  }

  private List<Path> listed(String subfolder) {
    Path directory = folder.resolve(subfolder);
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(folder::relativize).toList();
    } catch (IOException e) {
      unreadable(Path.of(subfolder), "the folder cannot be read");
      return List.of();
    }
  }

  /** One file, by its path in the folder; empty, with a problem, when it cannot be read. */
  Optional<SourceText> read(Path file) {
    Path path = folder.resolve(file);
    String draft = drafts.get(file);
    if (draft != null) {
      return Optional.of(new SourceText(file, draft));
    }
    try {
      return Optional.of(new SourceText(file, Files.readString(path)));
    } catch (CharacterCodingException e) {
      unreadable(file, "the file is not UTF-8 text");
    } catch (IOException e) {
      unreadable(
          file,
          Files.exists(path) ? "the file cannot be read" : "the file is missing in " + folder);
    }
    return Optional.empty();
  }

  /** The name of a file without its ending. */
  static String stem(SourceText text) {
    String name = text.file().getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private void unreadable(Path file, String message) {
    problems.add(
        new Problem(WarehouseError.WH_001_UNREADABLE_FILE, file, 1, 1, message, Optional.empty()));
  }
}
