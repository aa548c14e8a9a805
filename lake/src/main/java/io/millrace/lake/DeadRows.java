package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/** By file, all rows that are dead after a change: those that were, and those that it removes. */
final class DeadRows {
  private final TableName table;
  private final LiveFiles live;
  private final Map<Long, RoaringBitmap> byFile = new LinkedHashMap<>();
  private long added;

  DeadRows(TableName table, LiveFiles live) {
    this.table = table;
    this.live = live;
  }

  /**
   * Adds a row that leaves.
   *
   * @throws MillraceException LK-009 for a place that holds no live row, or is named twice
   */
  void add(long ordinal, long row) {
    RoaringBitmap bitmap = byFile.get(ordinal);
    if (bitmap == null) {
      LiveFile file = live.get(ordinal);
      if (file == null) {
        throw RowChanges.invalid(table, "a place in a file that the table does not hold");
      }
      bitmap = file.dead().clone();
      byFile.put(ordinal, bitmap);
    }
    if (!bitmap.checkedAdd(Math.toIntExact(row))) {
      throw RowChanges.invalid(table, "a place whose row is dead already, or that is named twice");
    }
    added++;
  }

  /** How many rows leave. */
  long added() {
    return added;
  }

  /** Writes the deletion vectors; what happens to files that are there, without new ones. */
  FileChanges removal(TableFolder folder) {
    List<LiveFile> removed = new ArrayList<>();
    Map<Long, RoaringBitmap> remaining = new LinkedHashMap<>();
    byFile.forEach((ordinal, rows) -> {
      LiveFile file = live.require(ordinal);
      removed.add(file);
      if (!file.allDead(rows)) {
        remaining.put(ordinal, rows);
      }
    });
    List<LiveFile> readded = new ArrayList<>();
    DeletionVector.write(folder, remaining)
        .forEach((ordinal, vector) ->
            readded.add(
                live.require(ordinal)
                    .with(vector, byFile.getOrDefault(ordinal, new RoaringBitmap()))));
    return new FileChanges(removed, readded, List.of(), List.of());
  }
}
