package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * A lake in an object store. Its local image holds copies of data files, bounded by a {@link
 * FileCache}; the log is read from the store each time, because a table that is dropped and made
 * again has other files of the same names in it.
 */
final class ObjectFiles implements Storage {
  private static final String LOG = "_delta_log";
  private static final int DOWNLOADS_MAX = 8;

  private final ObjectStore store;
  private final Path root;
  private final FileCache cache;

  ObjectFiles(ObjectStore store, Path root, FileCache cache) {
    this.store = store;
    this.root = root;
    this.cache = cache;
  }

  private String name(Path file) {
    return root.relativize(file.toAbsolutePath().normalize()).toString();
  }

  private String directoryName(Path directory) {
    String name = name(directory);
    return name.isEmpty() ? "" : name + "/";
  }

  private FileStatus status(ObjectStore.Found found) {
    return FileStatus.of(
        root.resolve(found.name()).toString(), found.bytes(), found.modified().toEpochMilli());
  }

  @Override
  public CloseableIterator<FileStatus> listFrom(String filePath) throws IOException {
    Path from = LocalFiles.path(filePath);
    String directory = directoryName(LocalFiles.directoryOf(from));
    String first = directory + from.getFileName();
    // A little before the first, because the store lists what comes after.
    Iterator<ObjectStore.Found> found =
        store.objects(directory, first.substring(0, first.length() - 1));
    try {
      if (!found.hasNext() && !store.objects(directory, "").hasNext()) {
        throw new FileNotFoundException(filePath);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Iterable<ObjectStore.Found> all = () -> found;
    return LocalFiles.closeable(
        StreamSupport.stream(all.spliterator(), false)
            .filter(f -> f.name().compareTo(first) >= 0)
            .map(this::status)
            .iterator());
  }

  @Override
  public FileStatus getFileStatus(String path) throws IOException {
    return store
        .head(name(LocalFiles.path(path)))
        .map(this::status)
        .orElseThrow(() -> new FileNotFoundException(path));
  }

  @Override
  public String resolvePath(String path) {
    return LocalFiles.path(path).toAbsolutePath().normalize().toString();
  }

  /** Directories are only in names; the image has real ones. */
  @Override
  public boolean mkdirs(String path) throws IOException {
    Files.createDirectories(LocalFiles.path(path));
    return true;
  }

  @Override
  public boolean delete(String path) throws IOException {
    Path file = LocalFiles.path(path);
    store.delete(name(file));
    Files.deleteIfExists(file);
    cache.forget(file);
    return true;
  }

  @Override
  public Optional<String> getConf(String confKey) {
    return Optional.empty();
  }

  @Override
  public void copyFileAtomically(String srcPath, String destPath, boolean overwrite)
      throws IOException {
    byte[] content =
        read(LocalFiles.path(srcPath))
            .map(Content::bytes)
            .orElseThrow(() -> new FileNotFoundException(srcPath));
    put(LocalFiles.path(destPath), content, overwrite);
  }

  private void put(Path target, byte[] content, boolean overwrite) throws IOException {
    if (overwrite) {
      store.put(name(target), content);
    } else {
      store.putNew(name(target), content);
    }
  }

  @Override
  public void publish(Path written, Path target) throws IOException {
    store.putNew(name(target), written);
    if (isLog(target)) {
      Files.delete(written);
      return;
    }
    long size = Files.size(written);
    Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    cache.use(target, size);
  }

  @Override
  public void replace(Path target, byte[] content) throws IOException {
    store.put(name(target), content);
  }

  @Override
  public Optional<Content> read(Path file) throws IOException {
    return store.get(name(file));
  }

  @Override
  public List<FileStatus> tree(Path directory, Predicate<FileStatus> wanted) throws IOException {
    return store
        .list(directoryName(directory), "", true, found -> wanted.test(status(found)))
        .objects()
        .stream()
        .map(this::status)
        .toList();
  }

  @Override
  public List<String> directories(Path parent) throws IOException {
    return store.list(directoryName(parent), "", false).directories().stream()
        .map(d -> d.substring(0, d.length() - 1))
        .toList();
  }

  @Override
  public void bring(Map<Path, Long> sizes) throws IOException {
    cache.hold(sizes.keySet());
    try {
      List<Path> missing =
          sizes.entrySet().stream()
              .filter(f -> !isHere(f.getKey(), f.getValue()))
              .map(Map.Entry::getKey)
              .toList();
      if (missing.size() == 1) {
        download(missing.getFirst());
      } else if (!missing.isEmpty()) {
        downloadAll(missing);
      }
    } finally {
      cache.release(sizes.keySet());
    }
  }

  /** A copy that was torn is brought again. */
  private boolean isHere(Path file, long size) {
    try {
      long here = Files.size(file);
      if (size == TableFolder.SIZE_UNKNOWN || size == here) {
        cache.use(file, here);
        return true;
      }
      Files.delete(file);
    } catch (IOException e) {
      // it is not here
    }
    cache.forget(file);
    return false;
  }

  private void downloadAll(List<Path> files) throws IOException {
    try (ExecutorService threads = Executors.newFixedThreadPool(DOWNLOADS_MAX)) {
      List<Future<Path>> downloads =
          files.stream().map(f -> threads.submit(() -> download(f))).toList();
      for (Future<Path> download : downloads) {
        var _ = download.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while files were brought", e);
    }
  }

  private Path download(Path file) throws IOException {
    Files.createDirectories(LocalFiles.directoryOf(file));
    Path temporary = LocalFiles.temporary(file);
    try {
      store.download(name(file), temporary);
      long size = Files.size(temporary);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      cache.use(file, size);
      return file;
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(file.toString());
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public void close() {
    store.close();
  }

  private static boolean isLog(Path file) {
    return LocalFiles.directoryOf(file).getFileName().toString().equals(LOG);
  }

  @Override
  public InputFile newInputFile(String path, long fileSize) {
    Path file = LocalFiles.path(path);
    return new InputFile() {
      @Override
      public long length() throws IOException {
        return fileSize > 0 ? fileSize : getFileStatus(path).getSize();
      }

      @Override
      public String path() {
        return path;
      }

      @Override
      public SeekableInputStream newStream() throws IOException {
        if (isLog(file)) {
          return new BytesInput(
              read(file).map(Content::bytes).orElseThrow(() -> new FileNotFoundException(path)));
        }
        bring(Map.of(file, fileSize > 0 ? fileSize : TableFolder.SIZE_UNKNOWN));
        return new LocalInput(file).newStream();
      }
    };
  }

  @Override
  public OutputFile newOutputFile(String path) {
    Path target = LocalFiles.path(path);
    return new OutputFile() {
      @Override
      public String path() {
        return path;
      }

      @Override
      public PositionOutputStream create(boolean atomicWrite) throws IOException {
        return new TemporaryOutput(
            LocalFiles.temporary(target), written -> ObjectFiles.this.publish(written, target));
      }

      @Override
      public void writeAtomically(CloseableIterator<String> data, boolean overwrite)
          throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try (data) {
          while (data.hasNext()) {
            lines.writeBytes(data.next().getBytes(StandardCharsets.UTF_8));
            lines.write('\n');
          }
        }
        put(target, lines.toByteArray(), overwrite);
      }
    };
  }
}
