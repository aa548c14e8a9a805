package io.millrace.changelog.codec;

import io.millrace.contracts.error.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The rows of batches of records, as Arrow batches that DuckDB pulls, one thread at a time. Each
 * batch has memory of its own, which DuckDB frees when it has read it.
 */
final class ChangeReader extends ArrowReader {
  private static final int FIRST_ROWS = 1024;
  private static final int MOST_ROWS = 32_768;
  private static final long MOST_BYTES = 64L << 20;

  private final ChangeShape shape;
  private final PlanCache<EnvelopePlan> envelopes;
  private final List<ArrowColumn> columns;
  private final Iterator<List<WireRecord>> batches;
  private final AvroCursor cursor = new AvroCursor();
  private final OpenChange change = new OpenChange();
  private final List<Undecodable> undecodable = new ArrayList<>();
  private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
  private Iterator<WireRecord> current = List.<WireRecord>of().iterator();
  private int capacity = FIRST_ROWS;
  private long batchBytes;
  private long records;
  private long rows;
  private long tombstones;
  private @Nullable Throwable failure;

  ChangeReader(
      BufferAllocator allocator,
      ChangeShape shape,
      PlanCache<EnvelopePlan> envelopes,
      Iterator<List<WireRecord>> batches) {
    super(allocator);
    this.shape = shape;
    this.envelopes = envelopes;
    this.columns = shape.columns();
    this.batches = batches;
  }

  /** What has been read; complete when the stream has ended. */
  Loaded loaded() {
    return new Loaded(records, rows, tombstones, undecodable);
  }

  /** What ended the stream early; the engine knows its text only. */
  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public boolean loadNextBatch() throws IOException {
    // The engine's own threads come here, which know no classes of the application.
    Thread thread = Thread.currentThread();
    ClassLoader outer = thread.getContextClassLoader();
    thread.setContextClassLoader(classLoader);
    try {
      prepareLoadNextBatch();
      VectorSchemaRoot root = getVectorSchemaRoot();
      int filled = fill(root);
      rows += filled;
      if (filled == 0) {
        root.clear();
      }
      return filled > 0;
    } catch (Throwable t) {
      failure = t;
      throw t;
    } finally {
      thread.setContextClassLoader(outer);
    }
  }

  @Override
  public long bytesRead() {
    return 0;
  }

  @Override
  protected void closeReadSource() {}

  @Override
  protected Schema readSchema() {
    return new Schema(columns.stream().map(ArrowColumn::field).toList());
  }

  /** The next rows; none only at the end, before which there may be any number of bad records. */
  private int fill(VectorSchemaRoot root) {
    if (!hasNext()) {
      return 0;
    }
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).allocate(root.getVector(i), capacity);
    }
    int row = 0;
    batchBytes = 0;
    while (row + shape.rowsPerRecord() <= capacity
        && (row == 0 || batchBytes < MOST_BYTES)
        && hasNext()) {
      row = read(current.next(), row);
    }
    for (ArrowColumn column : columns) {
      column.finish(row);
    }
    root.setRowCount(row);
    capacity = Math.min(MOST_ROWS, capacity * 8);
    return row;
  }

  private boolean hasNext() {
    while (!current.hasNext()) {
      if (!batches.hasNext()) {
        return false;
      }
      current = batches.next().iterator();
    }
    return true;
  }

  /** Reads a record into the rows from {@code row} on and returns the next free one. */
  private int read(WireRecord record, int row) {
    records++;
    byte[] value = record.value();
    if (value == null) {
      tombstones++;
      return row;
    }
    batchBytes += value.length;
    try {
      change.begin(row);
      EnvelopePlan plan = envelopes.of(cursor.open(value));
      plan.run(cursor, change);
      shape.complete(record, cursor, change, row);
      return change.row();
    } catch (BadRecord e) {
      for (ArrowColumn column : columns) {
        for (int i = 0; i < shape.rowsPerRecord(); i++) {
          column.forget(row + i);
        }
      }
      setAside(record, e.code(), e.text());
      return row;
    }
  }

  private void setAside(WireRecord record, ErrorCode code, String text) {
    undecodable.add(new Undecodable(record.partition(), record.offset(), code, text));
  }
}
