package io.millrace.lake;

import io.delta.kernel.engine.Engine;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a table.
 *
 * @param path in the lake's local image
 */
record TableFolder(TableName name, Path path, Storage storage, Engine engine) {
  /** The size of a file that the log does not tell. */
  static final long SIZE_UNKNOWN = -1;

  CommitLog log() {
    return new CommitLog(this);
  }

  DataFiles dataFiles() {
    return new DataFiles(this);
  }

  /** Where a file that the log names lies. */
  Path locate(String named) {
    URI uri = URI.create(named);
    return uri.isAbsolute() ? Path.of(uri) : path.resolve(uri.getPath());
  }

  /** Where a data file that the log names lies, and its deletion vector if that is a file. */
  List<Path> filesOf(String named, Optional<DeletionVector> vector) {
    return Stream.concat(Stream.of(locate(named)), vector.flatMap(v -> v.file(path)).stream())
        .map(Path::normalize)
        .toList();
  }

  /**
   * Makes files readable on the local disk.
   *
   * @param sizes by path as in the log, the size that it tells
   * @return where they lie, in the same order
   * @throws MillraceException LK-011 when one is not there, LK-018 when one has another size,
   *     LK-003 when the storage fails
   */
  List<Path> bring(SequencedMap<String, Long> sizes) {
    SequencedMap<Path, Long> files = new LinkedHashMap<>();
    sizes.forEach((named, size) -> files.put(locate(named), size));
    bringAll(files);
    return List.copyOf(files.keySet());
  }

  /** As {@link #bring}, files of a size that the log does not tell. */
  void bringEach(List<Path> files) {
    bringAll(files.stream().collect(Collectors.toMap(f -> f, _ -> SIZE_UNKNOWN)));
  }

  private void bringAll(Map<Path, Long> files) {
    try {
      storage.bring(files);
      for (Map.Entry<Path, Long> told : files.entrySet()) {
        long found = Files.size(told.getKey());
        if (told.getValue() != SIZE_UNKNOWN && told.getValue() != found) {
          throw damaged(
              told.getKey(), "it has " + found + " bytes, the log tells " + told.getValue(), null);
        }
      }
    } catch (NoSuchFileException e) {
      throw new MillraceException(
          LakeError.LK_011_HISTORY_GONE,
          "file "
              + e.getFile()
              + " of table "
              + name
              + " is not there: vacuum took it, or it was lost. Read a newer version; a follower"
              + " has to start from the table's rows.",
          e);
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "files of table " + name + " cannot be read. It is tried again.",
          e);
    }
  }

  /** The error of a file that cannot be what was written. */
  MillraceException damaged(Path file, String why, @Nullable Exception cause) {
    return new MillraceException(
        LakeError.LK_018_FILE_DAMAGED,
        "file "
            + file
            + " of table "
            + name
            + " is damaged: "
            + why
            + ". Bring it back from a copy.",
        cause);
  }
}
