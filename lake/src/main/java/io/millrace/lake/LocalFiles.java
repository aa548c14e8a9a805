package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A local file system. A file that must not replace another is written under a temporary name,
 * forced to disk and given its name by link(2), which fails if the name is taken, whatever process
 * took it: of two writers of a version one wins. (Kernel's own way, exists and rename, lets both
 * win.)
 */
class LocalFiles implements Storage {
  private static final byte[] PARQUET_END = "PAR1".getBytes(StandardCharsets.US_ASCII);

  @Override
  public CloseableIterator<FileStatus> listFrom(String filePath) throws IOException {
    Path from = path(filePath);
    Path directory = directoryOf(from);
    String first = from.getFileName().toString();
    List<String> names;
    try (Stream<Path> entries = Files.list(directory)) {
      names =
          entries
              .map(p -> p.getFileName().toString())
              .filter(name -> name.compareTo(first) >= 0)
              .sorted()
              .toList();
    } catch (NoSuchFileException e) {
      throw (FileNotFoundException) new FileNotFoundException(directory.toString()).initCause(e);
    }
    // Looked at one by one: of a long log most callers take the first files only.
    return closeable(
        names.stream()
            .map(directory::resolve)
            .filter(p -> !isTornCheckpoint(p))
            .flatMap(p -> status(p).stream())
            .iterator());
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
      name(temporary, target, overwrite);
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
    return new LocalOutput(path(path));
  }

  @Override
  public void publish(Path written, Path target) throws IOException {
    name(written, target, false);
    Files.delete(written);
  }

  @Override
  public void replace(Path target, byte[] content) throws IOException {
    Files.createDirectories(directoryOf(target));
    Path temporary = temporary(target);
    try {
      Files.write(temporary, content);
      name(temporary, target, true);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public Optional<Content> read(Path file) throws IOException {
    try {
      byte[] bytes = Files.readAllBytes(file);
      return Optional.of(new Content(bytes, Files.getLastModifiedTime(file).toInstant()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<FileStatus> tree(Path directory, Predicate<FileStatus> wanted) throws IOException {
    List<FileStatus> found = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            FileStatus status =
                FileStatus.of(
                    file.toString(), attributes.size(), attributes.lastModifiedTime().toMillis());
            if (wanted.test(status)) {
              found.add(status);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    found.sort(Comparator.comparing(FileStatus::getPath));
    return found;
  }

  @Override
  public List<String> directories(Path parent) throws IOException {
    try (Stream<Path> entries = Files.list(parent)) {
      return entries
          .filter(Files::isDirectory)
          .map(p -> p.getFileName().toString())
          .sorted()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  @Override
  public void bring(Map<Path, Long> sizes) throws IOException {
    for (Path file : sizes.keySet()) {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
    }
  }

  /** Gives a written file its name, durably. The temporary name may remain. */
  private static void name(Path temporary, Path target, boolean overwrite) throws IOException {
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
  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static Path temporary(Path target) {
    return directoryOf(target)
        .resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
  }

  static Path directoryOf(Path path) {
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

  private record LocalOutput(Path target) implements OutputFile {

    @Override
    public String path() {
      return target.toString();
    }

    @Override
    public PositionOutputStream create(boolean atomicWrite) throws IOException {
      return atomicWrite
          ? new TemporaryOutput(temporary(target), this::finish)
          : new TemporaryOutput(target, written -> {});
    }

    private void finish(Path written) throws IOException {
      name(written, target, false);
      Files.delete(written);
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
        name(temporary, target, overwrite);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
