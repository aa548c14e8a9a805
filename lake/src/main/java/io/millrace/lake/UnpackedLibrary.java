package io.millrace.lake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DuckDB's library, 69 MB, which its driver unpacks into the folder for temporary files at every
 * start and which only a process that ends in order removes. On Linux a library that is loaded does
 * not need its name, so the name goes at once: processes that are killed again and again would fill
 * the disk.
 */
public final class UnpackedLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(UnpackedLibrary.class);
  private static final Path MAPPED = Path.of("/proc/self/maps");
  private static final Pattern LIBRARY = Pattern.compile("(/.*/libduckdb_java\\d+\\.so)$");

  private UnpackedLibrary() {}

  /** Removes the file if DuckDB is loaded in this process; elsewhere than on Linux, nothing. */
  public static void remove() {
    if (!Files.exists(MAPPED)) {
      return;
    }
    try (Stream<String> lines = Files.lines(MAPPED)) {
      for (String line : lines.toList()) {
        Matcher library = LIBRARY.matcher(line);
        if (library.find()) {
          Files.deleteIfExists(Path.of(library.group(1)));
        }
      }
    } catch (IOException e) {
      LOG.warn("DuckDB's unpacked library stays until this process ends", e);
    }
  }
}
