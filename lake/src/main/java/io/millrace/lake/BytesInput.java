package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import java.io.EOFException;

/** A file that was read whole. */
final class BytesInput extends SeekableInputStream {
  private final byte[] bytes;
  private int position;

  BytesInput(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long getPos() {
    return position;
  }

  @Override
  public void seek(long newPos) {
    position = Math.toIntExact(newPos);
  }

  @Override
  public void readFully(byte[] target, int offset, int length) throws EOFException {
    if (length > bytes.length - position) {
      throw new EOFException();
    }
    System.arraycopy(bytes, position, target, offset, length);
    position += length;
  }

  @Override
  public int read() {
    return position < bytes.length ? bytes[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (position >= bytes.length) {
      return -1;
    }
    int read = Math.min(length, bytes.length - position);
    System.arraycopy(bytes, position, target, offset, read);
    position += read;
    return read;
  }
}
