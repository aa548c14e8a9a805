package io.millrace.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of the repository that this test is built in. */
final class Repository {
  /** Surefire's working folder is the module's. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  private Repository() {}

  /** The folders of the modules with Java code, as the root pom lists them. */
  static List<Path> modules() {
    return MODULE
        .matcher(read(ROOT.resolve("pom.xml")))
        .results()
        .map((MatchResult m) -> ROOT.resolve(m.group(1)))
        .filter(m -> Files.isDirectory(m.resolve("src/main/java")))
        .filter(m -> !m.endsWith("spark"))
        .toList();
  }

  /** Files below a folder, sorted; build output and hidden folders are left out. */
  static List<Path> files(Path folder, Predicate<String> name) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> Stream.of(parts(folder.relativize(f))).noneMatch(Repository::isLeftOut))
          .filter(f -> name.test(f.getFileName().toString()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] parts(Path relative) {
    return relative.toString().split("/", -1);
  }

  private static boolean isLeftOut(String part) {
    return part.equals("target") || part.startsWith(".");
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
