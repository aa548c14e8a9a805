package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A local file under a temporary name, handed on when it is closed unless a write to it failed. */
final class TemporaryOutput extends PositionOutputStream {
  private final Path written;
  private final OutputStream out;
  private final Finish finish;
  private long position;
  private boolean failed;
  private boolean closed;

  /** What becomes of the file, which is to be moved or deleted. */
  @FunctionalInterface
  interface Finish {
    void accept(Path written) throws IOException;
  }

  TemporaryOutput(Path written, Finish finish) throws IOException {
    this.written = written;
    this.finish = finish;
    Files.createDirectories(LocalFiles.directoryOf(written));
    this.out = new BufferedOutputStream(Files.newOutputStream(written));
  }

  @Override
  public long getPos() {
    return position;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    failed = true;
    out.write(bytes, offset, length);
    failed = false;
    position += length;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      out.close();
      if (!failed) {
        finish.accept(written);
        return;
      }
    } catch (IOException e) {
      Files.deleteIfExists(written);
      throw e;
    }
    Files.deleteIfExists(written);
  }
}
