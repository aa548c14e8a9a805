package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes the changes of one table in the form of its topic: framed Avro of {@link
 * ChangeSchemas#key} and {@link ChangeSchemas#tableValue}. Compiled once for a schema; for one
 * thread at a time.
 */
public final class ChangeEncoder {
  private static final long BATCH_ROWS = 32_768;

  private final byte[] table;
  private final int keySchemaId;
  private final int valueSchemaId;
  private final List<VectorColumn> before;
  private final List<VectorColumn> after;
  private final int[] keyColumns;
  private final AvroWriter out = new AvroWriter();
  private final AvroWriter keyOut = new AvroWriter();

  /**
   * An encoder for this table.
   *
   * @param table its name, such as dim.customer
   * @param schema its columns and key
   * @param keySchemaId id of {@code ChangeSchemas.key(.., schema)}; any number if there is no key
   * @param valueSchemaId id of {@code ChangeSchemas.tableValue(.., schema)}
   */
  public ChangeEncoder(String table, RowSchema schema, int keySchemaId, int valueSchemaId) {
    this.table = table.getBytes(StandardCharsets.UTF_8);
    this.keySchemaId = keySchemaId;
    this.valueSchemaId = valueSchemaId;
    this.before = schema.columns().stream().map(VectorColumn::new).toList();
    this.after = schema.columns().stream().map(VectorColumn::new).toList();
    List<Column> columns = schema.columns();
    this.keyColumns = schema.keyOnly().columns().stream().mapToInt(columns::indexOf).toArray();
  }

  /**
   * Runs a query and hands each of its rows to the sink as a record. An exception of the sink ends
   * the query and passes through.
   *
   * @param duck a connection of DuckDB
   * @param allocator lends the memory of a batch of at most 32,768 rows
   * @param sql a query of the columns that {@link PairedChanges} selects, in its order
   * @return the number of records
   * @throws MillraceException CL-011 if the query gives other columns, CL-012 if DuckDB fails,
   *     CL-013 for NULL in a column that is declared without it
   */
  public long encode(
      Connection duck,
      BufferAllocator allocator,
      String sql,
      TableVersion version,
      ChangeSink sink) {
    byte[] tail = tail(version);
    try (Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(sql);
        ArrowReader reader =
            (ArrowReader)
                result.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, BATCH_ROWS)) {
      long records = 0;
      while (reader.loadNextBatch()) {
        records += encode(reader.getVectorSchemaRoot(), tail, sink);
      }
      return records;
    } catch (SQLException | IOException e) {
      throw new MillraceException(
          ChangelogError.CL_012_ENGINE_FAILED,
          String.format(
              Locale.ROOT,
              "DuckDB could not give the changes of %s. Its own words are in the cause.",
              new String(table, StandardCharsets.UTF_8)),
          e);
    }
  }

  private int encode(VectorSchemaRoot root, byte[] tail, ChangeSink sink) {
    VarCharVector ops = open(root);
    int rows = root.getRowCount();
    for (int row = 0; row < rows; row++) {
      int op = op(ops, row);
      boolean old = op != 'c';
      boolean current = op != 'd';
      out.begin(valueSchemaId);
      image(before, old, row);
      image(after, current, row);
      out.writeLong(1);
      out.writeByte(op);
      out.writeRaw(tail);
      sink.accept(key(current ? after : before, row), out.end());
    }
    return rows;
  }

  private VarCharVector open(VectorSchemaRoot root) {
    int columns = before.size();
    if (root.getFieldVectors().size() != 1 + 2 * columns
        || !(root.getVector(0) instanceof VarCharVector ops)) {
      throw new MillraceException(
          ChangelogError.CL_011_VALUE_OF_OTHER_TYPE,
          String.format(
              Locale.ROOT,
              "the changes of %s came in %d columns instead of _op and two images of %d. Select"
                  + " them by PairedChanges.",
              new String(table, StandardCharsets.UTF_8),
              root.getFieldVectors().size(),
              columns));
    }
    for (int i = 0; i < columns; i++) {
      before.get(i).open(root.getVector(1 + i));
      after.get(i).open(root.getVector(1 + columns + i));
    }
    return ops;
  }

  private static int op(VarCharVector ops, int row) {
    int op =
        ops.isNull(row) || ops.getValueLength(row) != 1
            ? 0
            : MemoryUtil.getByte(ops.getDataBufferAddress() + ops.getStartOffset(row));
    if (op != 'c' && op != 'u' && op != 'd') {
      throw new MillraceException(
          ChangelogError.CL_011_VALUE_OF_OTHER_TYPE,
          "the op of a table's change is none of c, u and d. Select the changes by PairedChanges.");
    }
    return op;
  }

  private void image(List<VectorColumn> columns, boolean there, int row) {
    out.writeLong(there ? 1 : 0);
    if (there) {
      for (VectorColumn column : columns) {
        column.write(out, row);
      }
    }
  }

  private byte @Nullable [] key(List<VectorColumn> image, int row) {
    if (keyColumns.length == 0) {
      return null;
    }
    keyOut.begin(keySchemaId);
    for (int column : keyColumns) {
      image.get(column).write(keyOut, row);
    }
    return keyOut.end();
  }

  /** What follows op in every record: source block, no transaction, time. */
  private byte[] tail(TableVersion version) {
    AvroWriter writer = new AvroWriter();
    writer.writeBytes(table);
    writer.writeLong(version.version());
    writer.writeLong(version.cut());
    writer.writeLong(0);
    writer.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, version.at()));
    return writer.end();
  }
}
