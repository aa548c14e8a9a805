package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes the changes of one table in the form of its topic: framed Avro of {@link
 * ChangeSchemas#key} and {@link ChangeSchemas#tableValue}. An old row and the new row of the same
 * key that follows it become one u, also when they come as delete and insert; every other old row
 * is a d, every other new one a c. Compiled once for a schema; for one thread at a time.
 */
public final class ChangeEncoder {
  private static final long BATCH_ROWS = 32_768;

  private final byte[] table;
  private final int keySchemaId;
  private final int valueSchemaId;
  private final List<VectorColumn> columns;
  private final int[] keyColumns;
  private final AvroWriter out = new AvroWriter();
  private final AvroWriter keyOut = new AvroWriter();

  /** Whether {@link #out} holds an old row, of {@link #oldKey}, whose new one may come yet. */
  private boolean begun;

  private byte @Nullable [] oldKey;

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
    this.columns = schema.columns().stream().map(VectorColumn::new).toList();
    this.keyColumns =
        schema.keyOnly().columns().stream().mapToInt(schema.columns()::indexOf).toArray();
  }

  /**
   * Runs a query and hands what its rows say to the sink, record by record. An exception of the
   * sink ends the query and passes through.
   *
   * @param duck a connection of DuckDB
   * @param allocator lends the memory of a batch of at most 32,768 rows
   * @param sql a query of the columns that {@link OrderedChanges} selects, in its order
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
    begun = false;
    try (Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(sql);
        ArrowReader reader =
            (ArrowReader)
                result.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, BATCH_ROWS)) {
      long records = 0;
      while (reader.loadNextBatch()) {
        records += encode(reader.getVectorSchemaRoot(), tail, sink);
      }
      return records + leave(tail, sink);
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

  private long encode(VectorSchemaRoot root, byte[] tail, ChangeSink sink) {
    IntVector places = open(root);
    int rows = root.getRowCount();
    long records = 0;
    for (int row = 0; row < rows; row++) {
      byte[] key = key(row);
      if (isOld(places, row)) {
        records += leave(tail, sink);
        out.begin(valueSchemaId);
        image(row);
        begun = true;
        oldKey = key;
      } else if (begun && keyColumns.length > 0 && Arrays.equals(oldKey, key)) {
        image(row);
        end('u', key, tail, sink);
        records++;
      } else {
        records += leave(tail, sink);
        out.begin(valueSchemaId);
        out.writeLong(0);
        image(row);
        end('c', key, tail, sink);
        records++;
      }
    }
    return records;
  }

  /** Ends the record of an old row that no new one follows; how many records that gave. */
  private int leave(byte[] tail, ChangeSink sink) {
    if (!begun) {
      return 0;
    }
    out.writeLong(0);
    end('d', oldKey, tail, sink);
    return 1;
  }

  private void end(char op, byte @Nullable [] key, byte[] tail, ChangeSink sink) {
    begun = false;
    out.writeLong(1);
    out.writeByte(op);
    out.writeRaw(tail);
    sink.accept(key, out.end());
  }

  private IntVector open(VectorSchemaRoot root) {
    if (root.getFieldVectors().size() != 1 + columns.size()
        || !(root.getVector(0) instanceof IntVector places)) {
      throw new MillraceException(
          ChangelogError.CL_011_VALUE_OF_OTHER_TYPE,
          String.format(
              Locale.ROOT,
              "the changes of %s came in %d columns instead of _place and the table's %d. Select"
                  + " them by OrderedChanges.",
              new String(table, StandardCharsets.UTF_8),
              root.getFieldVectors().size(),
              columns.size()));
    }
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).open(root.getVector(1 + i));
    }
    return places;
  }

  private static boolean isOld(IntVector places, int row) {
    int place = places.isNull(row) ? -1 : places.get(row);
    if (place < 0 || place >= OrderedChanges.PLACES) {
      throw new MillraceException(
          ChangelogError.CL_011_VALUE_OF_OTHER_TYPE,
          "a table's change has a _change_type that is none of the change feed's. Select the"
              + " changes by OrderedChanges.");
    }
    return place < OrderedChanges.NEW;
  }

  private void image(int row) {
    out.writeLong(1);
    for (VectorColumn column : columns) {
      column.write(out, row);
    }
  }

  private byte @Nullable [] key(int row) {
    if (keyColumns.length == 0) {
      return null;
    }
    keyOut.begin(keySchemaId);
    for (int column : keyColumns) {
      columns.get(column).write(keyOut, row);
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
