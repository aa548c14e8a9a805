package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A local file system for Delta Kernel. A file that must not replace another is written under a
 * temporary name, forced to disk and given its name by link(2), which fails if the name is taken,
 * whatever process took it: of two writers of a version one wins. (Kernel's own way, exists and
 * rename, lets both win.)
 */
class LocalFiles implements FileIO {
  private static final byte[] PARQUET_END = "PAR1".getBytes(StandardCharsets.US_ASCII);

  @Override
  public CloseableIterator<FileStatus> listFrom(String filePath) throws IOException {
    Path from = path(filePath);
    Path directory = directoryOf(from);
    String first = from.getFileName().toString();
    List<FileStatus> found;
    try (Stream<Path> entries = Files.list(directory)) {
      found =
          entries
              .filter(p -> p.getFileName().toString().compareTo(first) >= 0)
              .filter(p -> !isTornCheckpoint(p))
              .sorted((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString()))
              .flatMap(p -> status(p).stream())
              .toList();
    } catch (NoSuchFileException e) {
      throw (FileNotFoundException) new FileNotFoundException(directory.toString()).initCause(e);
    }
    return closeable(found.iterator());
  }

  /** A checkpoint that does not end as Parquet does is not shown: the commits say the same. */
  private static boolean isTornCheckpoint(Path path) {
    String name = path.getFileName().toString();
    if (!name.contains(".checkpoint.") || !name.endsWith(".parquet")) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      if (file.length() < 2L * PARQUET_END.length) {
        return true;
      }
      byte[] end = new byte[PARQUET_END.length];
      file.seek(file.length() - end.length);
      file.readFully(end);
      return !Arrays.equals(end, PARQUET_END);
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public FileStatus getFileStatus(String path) throws IOException {
    return status(path(path)).orElseThrow(() -> new FileNotFoundException(path));
  }

  /** The status of a file, empty when it is gone: temporary ones go while a directory is listed. */
  private static Optional<FileStatus> status(Path path) {
    try {
      return Optional.of(
          FileStatus.of(
              path.toString(), Files.size(path), Files.getLastModifiedTime(path).toMillis()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String resolvePath(String path) {
    return path(path).toAbsolutePath().normalize().toString();
  }

  @Override
  public boolean mkdirs(String path) throws IOException {
    Files.createDirectories(path(path));
    return true;
  }

  @Override
  public boolean delete(String path) throws IOException {
    return Files.deleteIfExists(path(path));
  }

  @Override
  public Optional<String> getConf(String confKey) {
    return Optional.empty();
  }

  @Override
  public void copyFileAtomically(String srcPath, String destPath, boolean overwrite)
      throws IOException {
    Path target = path(destPath);
    Path temporary = temporary(target);
    try {
      Files.copy(path(srcPath), temporary);
      publish(temporary, target, overwrite);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public InputFile newInputFile(String path, long fileSize) {
    return new LocalInput(path(path));
  }

  @Override
  public OutputFile newOutputFile(String path) {
    return new LocalOutput(path(path), this::finish);
  }

  /** What becomes of a stream's file that is wholly written under its temporary name. */
  void finish(Path temporary, Path target) throws IOException {
    try {
      publish(temporary, target, false);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Gives a written file its name, durably. The temporary name may remain. */
  static void publish(Path temporary, Path target, boolean overwrite) throws IOException {
    force(temporary);
    if (overwrite) {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.createLink(target, temporary);
    }
    force(directoryOf(target));
  }

  /** Forces a file, or the names in a directory, to disk. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static Path temporary(Path target) {
    return directoryOf(target)
        .resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
  }

  private static Path directoryOf(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  static Path path(String path) {
    if (!path.startsWith("file:")) {
      return Path.of(path);
    }
    return Path.of("/" + path.substring("file:".length()).replaceFirst("^/+", ""));
  }

  /** An iterator that holds nothing open. */
  static <T> CloseableIterator<T> closeable(Iterator<T> iterator) {
    return new CloseableIterator<>() {
      @Override
      public boolean hasNext() {
        return iterator.hasNext();
      }

      @Override
      public T next() {
        return iterator.next();
      }

      @Override
      public void close() {}
    };
  }

  private record LocalOutput(Path target, Finish finish) implements OutputFile {

    @Override
    public String path() {
      return target.toString();
    }

    @Override
    public PositionOutputStream create(boolean atomicWrite) throws IOException {
      return new LocalOutputStream(target, atomicWrite, finish);
    }

    @Override
    public void writeAtomically(CloseableIterator<String> data, boolean overwrite)
        throws IOException {
      Path temporary = temporary(target);
      try (data) {
        if (!overwrite && Files.exists(target)) {
          throw new FileAlreadyExistsException(target.toString());
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
          while (data.hasNext()) {
            out.write(data.next().getBytes(StandardCharsets.UTF_8));
            out.write('\n');
          }
        }
        publish(temporary, target, overwrite);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }

  @FunctionalInterface
  private interface Finish {
    void accept(Path temporary, Path target) throws IOException;
  }

  /** An atomic one is finished when it is closed, unless a write to it failed. */
  private static final class LocalOutputStream extends PositionOutputStream {
    private final Path target;
    private final Path written;
    private final OutputStream out;
    private final boolean atomic;
    private final Finish finish;
    private long position;
    private boolean failed;
    private boolean closed;

    LocalOutputStream(Path target, boolean atomic, Finish finish) throws IOException {
      this.target = target;
      this.atomic = atomic;
      this.finish = finish;
      this.written = atomic ? temporary(target) : target;
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
      out.close();
      if (atomic && failed) {
        Files.deleteIfExists(written);
      } else if (atomic) {
        finish.accept(written, target);
      }
    }
  }

  private record LocalInput(Path file) implements InputFile {
    @Override
    public long length() throws IOException {
      return Files.size(file);
    }

    @Override
    public String path() {
      return file.toString();
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
      return new LocalInputStream(new RandomAccessFile(file.toFile(), "r"));
    }
  }

  private static final class LocalInputStream extends SeekableInputStream {
    private final RandomAccessFile file;

    LocalInputStream(RandomAccessFile file) {
      this.file = file;
    }

    @Override
    public long getPos() throws IOException {
      return file.getFilePointer();
    }

    @Override
    public void seek(long newPos) throws IOException {
      file.seek(newPos);
    }

    @Override
    public void readFully(byte[] bytes, int offset, int length) throws IOException {
      file.readFully(bytes, offset, length);
    }

    @Override
    public int read() throws IOException {
      return file.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return file.read(bytes, offset, length);
    }

    @Override
    public long skip(long count) throws IOException {
      if (count <= 0) {
        return 0;
      }
      long from = file.getFilePointer();
      long to = Math.min(file.length(), from + count);
      if (to < from) {
        throw new EOFException();
      }
      file.seek(to);
      return to - from;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
