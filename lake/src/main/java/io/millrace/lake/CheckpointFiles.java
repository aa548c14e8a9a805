package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Files for writing checkpoints. Kernel closes the Parquet file of a checkpoint also when reading
 * the log broke off amid it, and a part of a table's files would then pass for the whole. Only of a
 * file that was written to its end does it ask the status: so a file gets its name there, not when
 * it is closed. One thread.
 */
final class CheckpointFiles implements FileIO {
  private final Storage storage;
  private final Map<Path, Path> closed = new HashMap<>();

  CheckpointFiles(Storage storage) {
    this.storage = storage;
  }

  @Override
  public FileStatus getFileStatus(String path) throws IOException {
    Path target = LocalFiles.path(path);
    Path written = closed.remove(target);
    if (written != null) {
      try {
        storage.publish(written, target);
      } finally {
        Files.deleteIfExists(written);
      }
    }
    return storage.getFileStatus(path);
  }

  @Override
  public OutputFile newOutputFile(String path) {
    OutputFile file = storage.newOutputFile(path);
    Path target = LocalFiles.path(path);
    return new OutputFile() {
      @Override
      public String path() {
        return file.path();
      }

      @Override
      public PositionOutputStream create(boolean atomicWrite) throws IOException {
        return new TemporaryOutput(LocalFiles.temporary(target), written -> keep(target, written));
      }

      @Override
      public void writeAtomically(CloseableIterator<String> data, boolean overwrite)
          throws IOException {
        file.writeAtomically(data, overwrite);
      }
    };
  }

  private void keep(Path target, Path written) throws IOException {
    Path earlier = closed.put(target, written);
    if (earlier != null) {
      Files.deleteIfExists(earlier);
    }
  }

  /** Deletes what was closed and never asked for. */
  void discard() throws IOException {
    for (Path temporary : closed.values()) {
      Files.deleteIfExists(temporary);
    }
    closed.clear();
  }

  @Override
  public CloseableIterator<FileStatus> listFrom(String filePath) throws IOException {
    return storage.listFrom(filePath);
  }

  @Override
  public String resolvePath(String path) throws IOException {
    return storage.resolvePath(path);
  }

  @Override
  public boolean mkdirs(String path) throws IOException {
    return storage.mkdirs(path);
  }

  @Override
  public InputFile newInputFile(String path, long fileSize) {
    return storage.newInputFile(path, fileSize);
  }

  @Override
  public boolean delete(String path) throws IOException {
    return storage.delete(path);
  }

  @Override
  public Optional<String> getConf(String confKey) {
    return storage.getConf(confKey);
  }

  @Override
  public void copyFileAtomically(String srcPath, String destPath, boolean overwrite)
      throws IOException {
    storage.copyFileAtomically(srcPath, destPath, overwrite);
  }
}
