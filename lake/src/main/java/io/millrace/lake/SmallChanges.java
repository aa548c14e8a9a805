package io.millrace.lake;

import io.millrace.contracts.row.DataType;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Writes row changes that are few, in one reading of them: the file of new rows, that of the change
 * feed, and the places of the rows that leave ({@code docs/adr/0018}). One use, by one thread.
 */
final class SmallChanges {
  /** About here two COPYs begin to be as fast. */
  private static final long ROWS_MAX = 1_500;

  /** Rows of an Arrow batch, whose memory no limit of DuckDB's counts; rows may be wide. */
  private static final long ROWS_OF_BATCH = 256;

  private final RowChanges changes;
  private final TableLayout layout;
  private final DeadRows dead;
  private final List<ParquetColumn> columns;

  private long lastNumber = -1;
  private boolean inOrder = true;

  SmallChanges(RowChanges changes, TableLayout layout, DeadRows dead) {
    this.changes = changes;
    this.layout = layout;
    this.dead = dead;
    this.columns = layout.columns().stream().map(ParquetColumn::of).toList();
  }

  /** Whether it is for these. */
  static boolean fits(RowChanges changes, TableLayout layout) {
    return changes.rows() > 0
        && changes.rows() <= ROWS_MAX
        && layout.partitionBy().isEmpty()
        && layout.columns().stream().noneMatch(c -> c.stored() instanceof DataType.Nested);
  }

  /**
   * Writes the files, of which those without rows are not made.
   *
   * @param rows path of the new rows' file
   * @param feed path of the change feed's
   * @return what was written, of each one file or none
   * @throws UncheckedIOException when a file cannot be written
   */
  List<List<DataFiles.Copied>> write(Connection duck, Path rows, Path feed) {
    List<List<DataFiles.Copied>> written = new ArrayList<>();
    Sql.batches(
        duck,
        changes.inOrder(layout),
        ROWS_OF_BATCH,
        reader -> {
          VectorSchemaRoot batch = reader.getVectorSchemaRoot();
          try (SmallFile come = changes.written() == 0 ? null : newRows(rows, batch);
              SmallFile all = changes.removed() == 0 ? null : allRows(feed, batch)) {
            while (reader.loadNextBatch()) {
              add(batch, come, all);
            }
            written.add(come == null ? List.of() : List.of(come.written()));
            written.add(all == null ? List.of() : List.of(all.written()));
          }
        });
    return written;
  }

  /** Whether row n of the new rows' file is the n-th of {@link RowChanges#newRowsPlaced}. */
  boolean inOrder() {
    return inOrder;
  }

  private SmallFile newRows(Path path, VectorSchemaRoot batch) {
    return new SmallFile(path, columns, batch);
  }

  private SmallFile allRows(Path path, VectorSchemaRoot batch) {
    List<ParquetColumn> withType = new ArrayList<>(columns);
    withType.add(new ParquetColumn(0, "_change_type", DataType.Simple.VARCHAR));
    return new SmallFile(path, withType, batch);
  }

  private void add(VectorSchemaRoot batch, @Nullable SmallFile come, @Nullable SmallFile all) {
    List<FieldVector> vectors = batch.getFieldVectors();
    int more = columns.size() + 1;
    BitVector comes = (BitVector) vectors.get(more);
    BigIntVector file = (BigIntVector) vectors.get(more + 1);
    BigIntVector place = (BigIntVector) vectors.get(more + 2);
    for (int row = 0; row < batch.getRowCount(); row++) {
      if (all != null) {
        all.add(row);
      }
      if (come != null && !comes.isNull(row) && comes.get(row) != 0) {
        come.add(row);
        follow(vectors.get(more + 3), row);
      } else if (!file.isNull(row) && !place.isNull(row)) {
        dead.add(file.get(row), place.get(row));
      }
    }
  }

  /** A column of the table may hide DuckDB's numbers of rows, so nothing is taken for granted. */
  private void follow(FieldVector numbers, int row) {
    if (numbers instanceof BigIntVector known
        && !known.isNull(row)
        && known.get(row) > lastNumber) {
      lastNumber = known.get(row);
    } else {
      inOrder = false;
    }
  }
}
