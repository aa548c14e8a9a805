package io.millrace.lake;

import java.nio.file.Path;
import java.util.List;

/**
 * What vacuum found.
 *
 * @param files deleted, or to be deleted in a dry run
 * @param bytes their size
 * @param readableFrom the least version that is readable for sure
 */
public record Vacuumed(List<Path> files, long bytes, long readableFrom) {
  public Vacuumed {
    files = List.copyOf(files);
  }
}
