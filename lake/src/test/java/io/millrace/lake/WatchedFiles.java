package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.nio.file.Path;

/** Local files that call somebody before, amid and after each file that gets its name. */
final class WatchedFiles extends LocalFiles {

  /** What a file is to the table. */
  enum Kind {
    DATA,
    CHANGES,
    VECTORS,
    COMMIT,
    CHECKSUM,
    CHECKPOINT,
    HINT;

    static Kind of(String path) {
      String name = Path.of(path).getFileName().toString();
      if (!path.contains("_delta_log")) {
        return name.endsWith(".bin") ? VECTORS : path.contains("_change_data") ? CHANGES : DATA;
      }
      return name.equals("_last_checkpoint")
          ? HINT
          : name.endsWith(".json") ? COMMIT : name.endsWith(".crc") ? CHECKSUM : CHECKPOINT;
    }
  }

  /** Where its writing is. AMID: its bytes are under another name. Only files of lines have it. */
  enum Moment {
    BEFORE,
    AMID,
    AFTER
  }

  /** Told of every moment; what it throws is what the disk would. */
  @FunctionalInterface
  interface Watcher {
    void at(Kind kind, Moment moment) throws IOException;
  }

  private final Watcher watcher;

  WatchedFiles(Watcher watcher) {
    this.watcher = watcher;
  }

  @Override
  public void publish(Path written, Path target) throws IOException {
    Kind kind = Kind.of(target.toString());
    watcher.at(kind, Moment.BEFORE);
    super.publish(written, target);
    watcher.at(kind, Moment.AFTER);
  }

  @Override
  public OutputFile newOutputFile(String path) {
    OutputFile real = super.newOutputFile(path);
    Kind kind = Kind.of(path);
    return new OutputFile() {
      @Override
      public String path() {
        return real.path();
      }

      @Override
      public PositionOutputStream create(boolean atomicWrite) throws IOException {
        return real.create(atomicWrite);
      }

      @Override
      public void writeAtomically(CloseableIterator<String> data, boolean overwrite)
          throws IOException {
        watcher.at(kind, Moment.BEFORE);
        real.writeAtomically(amid(data, kind), overwrite);
        watcher.at(kind, Moment.AFTER);
      }
    };
  }

  private CloseableIterator<String> amid(CloseableIterator<String> lines, Kind kind) {
    return new CloseableIterator<>() {
      @Override
      public boolean hasNext() {
        if (lines.hasNext()) {
          return true;
        }
        try {
          watcher.at(kind, Moment.AMID);
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
        return false;
      }

      @Override
      public String next() {
        return lines.next();
      }

      @Override
      public void close() throws IOException {
        lines.close();
      }
    };
  }
}
