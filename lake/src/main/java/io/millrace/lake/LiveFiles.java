package io.millrace.lake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data files of a table's version, kept in memory because listing them anew costs more than a
 * small step. A file's number is made of its path, so it is the same in every process and after
 * every restart.
 */
final class LiveFiles {
  private final Map<Long, LiveFile> byOrdinal = new LinkedHashMap<>();

  /** The number of a path: 63 bits of its SHA-256. */
  static long ordinal(String path) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong() >>> 1;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Nullable LiveFile get(long ordinal) {
    return byOrdinal.get(ordinal);
  }

  LiveFile require(long ordinal) {
    return Objects.requireNonNull(byOrdinal.get(ordinal));
  }

  /** All files, in no order. */
  Collection<LiveFile> all() {
    return List.copyOf(byOrdinal.values());
  }

  /** Takes another version's files for its own. */
  void replaceAll(Collection<LiveFile> files) {
    byOrdinal.clear();
    files.forEach(this::put);
  }

  /** Follows a commit. */
  void apply(FileChanges changes) {
    changes.removed().forEach(f -> byOrdinal.remove(f.ordinal()));
    changes.readded().forEach(this::put);
    changes.added().forEach(this::put);
  }

  private void put(LiveFile file) {
    LiveFile other = byOrdinal.put(file.ordinal(), file);
    if (other != null && !other.path().equals(file.path())) {
      throw new IllegalStateException(
          "files " + other.path() + " and " + file.path() + " have one number");
    }
  }
}
