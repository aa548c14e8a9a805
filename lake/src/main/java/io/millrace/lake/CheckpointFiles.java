package io.millrace.lake;

import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Files for writing checkpoints. Kernel closes the Parquet file of a checkpoint also when reading
 * the log broke off amid it, and a part of a table's files would then pass for the whole. Only of a
 * file that was written to its end does it ask the status: so a file gets its name there, not when
 * it is closed. One thread.
 */
final class CheckpointFiles extends LocalFiles {
  private final Map<Path, Path> closed = new HashMap<>();

  @Override
  void finish(Path temporary, Path target) throws IOException {
    Path earlier = closed.put(target, temporary);
    if (earlier != null) {
      Files.deleteIfExists(earlier);
    }
  }

  @Override
  public FileStatus getFileStatus(String path) throws IOException {
    Path temporary = closed.remove(path(path));
    if (temporary != null) {
      super.finish(temporary, path(path));
    }
    return super.getFileStatus(path);
  }

  /** Deletes what was closed and never asked for. */
  void discard() throws IOException {
    for (Path temporary : closed.values()) {
      Files.deleteIfExists(temporary);
    }
    closed.clear();
  }
}
