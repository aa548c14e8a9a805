package io.millrace.lake;

import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a lake's files lie on. A file is named by its path in the lake's local image: on a local
 * disk that is the file itself, with an object store the place where a copy of it is kept while
 * there is room. Files are immutable and never take another's name, except those that {@link
 * #replace} writes and the hint at the last checkpoint. Safe for all threads.
 */
interface Storage extends FileIO, AutoCloseable {

  /**
   * Gives a file that was written on the local disk its name in the lake, durably; of two that want
   * a name one gets it, whatever process they are in. The written file is gone after.
   *
   * @throws FileAlreadyExistsException when another has the name
   */
  void publish(Path written, Path target) throws IOException;

  /** Writes a small file, durably, in the place of one that may be there. */
  void replace(Path target, byte[] content) throws IOException;

  /** What a small file holds now; empty when it is not there. */
  Optional<Content> read(Path file) throws IOException;

  /** All files below a directory, at any depth, sorted; none when there is no directory. */
  default List<FileStatus> tree(Path directory) throws IOException {
    return tree(directory, _ -> true);
  }

  /** As {@link #tree(Path)}, the wanted ones only, so that the others need no memory. */
  List<FileStatus> tree(Path directory, Predicate<FileStatus> wanted) throws IOException;

  /** Names of the directories in a directory; none when it is not there. */
  List<String> directories(Path parent) throws IOException;

  /**
   * Makes files readable on the local disk, for the next minutes at least.
   *
   * @param sizes what they must have, -1 where nobody knows
   * @throws NoSuchFileException naming one that is not there
   */
  void bring(Map<Path, Long> sizes) throws IOException;

  /** Ends what it holds open. */
  @Override
  default void close() {}

  /**
   * A small file as read.
   *
   * @param modified when it was written
   */
  record Content(byte[] bytes, Instant modified) {}
}
