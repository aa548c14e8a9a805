package io.millrace.warehouse;

import io.millrace.warehouse.raw.RawSchemas;
import io.millrace.warehouse.source.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads a warehouse folder. */
public final class WarehouseFolder {

  private WarehouseFolder() {}

  /**
   * How to read.
   *
   * @param env values of {@code ${env:NAME}}
   * @param offline whether unknown raw schemas and unset variables are listed as unchecked instead
   *     of being problems
   * @param drafts texts to be read in place of files, there or not, by path in the folder
   */
  public record Reading(Map<String, String> env, boolean offline, Map<Path, String> drafts) {
    public Reading {
      env = Map.copyOf(env);
      drafts = Map.copyOf(drafts);
    }

    /** Reads the files as they are. */
    public Reading(Map<String, String> env, boolean offline) {
      this(env, offline, Map.of());
    }
  }

  /** Reads with the process's environment, not offline. */
  public static Validation read(Path folder, RawSchemas rawSchemas) {
    return read(folder, rawSchemas, new Reading(System.getenv(), false));
  }

  /** Reads the folder. All problems are found, not only the first. */
  public static Validation read(Path folder, RawSchemas rawSchemas, Reading reading) {
    return new FolderReader(folder, rawSchemas, reading).read();
  }

  /**
   * The folder's sources alone, as far as they can be read, for those who ask live sources for
   * their columns. What is wrong with them is said by {@link #read}.
   */
  public static List<Source> sources(Path folder, Reading reading) {
    return new FolderReader(folder, RawSchemas.NONE, reading).sources();
  }
}
