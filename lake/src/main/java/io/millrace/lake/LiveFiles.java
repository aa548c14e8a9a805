package io.millrace.lake;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The data files of a table's version, kept in memory because listing them anew costs more than a
 * small step. A path keeps its number as long as this object lives, also across reloads.
 */
final class LiveFiles {
  private final Map<String, Integer> ordinals = new HashMap<>();
  private final Map<Integer, LiveFile> byOrdinal = new TreeMap<>();
  private int next;

  /** The number of a path, a new one at first sight. */
  int ordinal(String path) {
    return ordinals.computeIfAbsent(path, _ -> next++);
  }

  @Nullable LiveFile get(int ordinal) {
    return byOrdinal.get(ordinal);
  }

  LiveFile require(int ordinal) {
    return Objects.requireNonNull(byOrdinal.get(ordinal));
  }

  /** All files, by number. */
  Collection<LiveFile> all() {
    return List.copyOf(byOrdinal.values());
  }

  /** Takes another version's files for its own. */
  void replaceAll(Collection<LiveFile> files) {
    byOrdinal.clear();
    files.forEach(f -> byOrdinal.put(f.ordinal(), f));
    ordinals.values().retainAll(byOrdinal.keySet());
  }

  /** Follows a commit. */
  void apply(FileChanges changes) {
    changes.removed().forEach(f -> byOrdinal.remove(f.ordinal()));
    changes.readded().forEach(f -> byOrdinal.put(f.ordinal(), f));
    changes.added().forEach(f -> byOrdinal.put(f.ordinal(), f));
    ordinals.values().retainAll(byOrdinal.keySet());
  }
}
