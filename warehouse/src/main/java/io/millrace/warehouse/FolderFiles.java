package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a warehouse folder.
 *
 * @param folder its root
 * @param drafts texts that stand for those of files, there or not, by path in the folder
 * @param problems where files that cannot be read are named
 */
record FolderFiles(Path folder, Map<Path, String> drafts, Problems problems) {
  private static final System.Logger LOG = System.getLogger(FolderFiles.class.getName());

  /** The subfolders of tables. */
  private static final Set<String> TABLES = Set.of("staging", "dimensions", "marts");

  /** How deep files are looked for that lie in the wrong place. */
  private static final int DEPTH = 3;

  private static final Pattern STATEMENT =
      Pattern.compile(
          "\\bCREATE\\s+(OR\\s+REPLACE\\s+)?(STAGING|DIMENSION|CALENDAR|DYNAMIC)\\b",
          Pattern.CASE_INSENSITIVE);

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

  /** Notes files that make a table, or lie with the sources, and that nobody reads. */
  void noteOverlooked() {
    try (Stream<Path> all = Files.walk(folder, DEPTH)) {
      all.map(folder::relativize)
          .filter(FolderFiles::looksRead)
          .filter(f -> !Files.isDirectory(folder.resolve(f)))
          .filter(f -> f.startsWith("sources") || makesTable(f))
          .sorted()
          .forEach(f ->
              problems.notice(
                  f,
                  "is not read: sources are sources/*.yml, tables *.sql directly in staging,"
                      + " dimensions or marts"));
    } catch (IOException | UncheckedIOException e) {
      LOG.log(System.Logger.Level.DEBUG, "what else is in " + folder + " is not known", e);
    }
  }

  /** Whether a file's name is that of a table or source, but for its place or its ending. */
  private static boolean looksRead(Path file) {
    String name = file.getFileName().toString();
    String lower = name.toLowerCase(Locale.ROOT);
    String top = file.getName(0).toString();
    boolean direct = file.getNameCount() == 2;
    for (Path part : file) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    return top.equals("sources")
        ? (lower.endsWith(".yml") || lower.endsWith(".yaml"))
            && !(direct && (name.endsWith(".yml") || name.endsWith(".yaml")))
        : lower.endsWith(".sql") && !(direct && TABLES.contains(top) && name.endsWith(".sql"));
  }

  private boolean makesTable(Path file) {
    try {
      return STATEMENT.matcher(Files.readString(folder.resolve(file))).find();
    } catch (IOException e) {
      return false;
    }
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
