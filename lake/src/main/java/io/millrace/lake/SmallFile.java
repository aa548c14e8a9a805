package io.millrace.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.util.AutoCloseables.ParquetCloseResourceException;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file of few rows, written by parquet-java from the vectors of an Arrow batch. A COPY of
 * them costs more, for DuckDB plans a statement first ({@code docs/adr/0018}). Its methods throw
 * {@link UncheckedIOException} when the file cannot be written.
 */
final class SmallFile implements AutoCloseable {
  private static final ParquetConfiguration PLAIN = new PlainParquetConfiguration();

  /** Of wide rows the file gets several row groups, so that the heap holds but one of them. */
  private static final long ROW_GROUP_BYTES = 8L << 20;

  /** Never more, however narrow they were: wide ones may follow. */
  private static final int ROWS_UNTIL_CHECK = 16;

  private final Path path;
  private final List<ParquetColumn> columns;
  private final ParquetWriter<Integer> writer;

  /**
   * Begins a file.
   *
   * @param path no file yet
   * @param columns the columns of the first vectors of the batch, in their order
   * @param batch whatever rows it holds when they are added
   */
  SmallFile(Path path, List<ParquetColumn> columns, VectorSchemaRoot batch) {
    this.path = path;
    this.columns = columns;
    try {
      this.writer =
          new Builder(new LocalOutputFile(path), new Rows(columns, batch))
              .withConf(PLAIN)
              .withCompressionCodec(CompressionCodecName.SNAPPY)
              .withDictionaryEncoding(false)
              .withRowGroupSize(ROW_GROUP_BYTES)
              .withMinRowCountForPageSizeCheck(ROWS_UNTIL_CHECK)
              .withMaxRowCountForPageSizeCheck(ROWS_UNTIL_CHECK)
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds a row of the batch. */
  void add(int row) {
    try {
      writer.write(row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ParquetCloseResourceException e) { // a full disk, found once more in closing
      throw new UncheckedIOException(new IOException(e));
    }
  }

  /** Ends the file and tells what it is. */
  DataFiles.Copied written() {
    close();
    List<BlockMetaData> rowGroups = writer.getFooter().getBlocks();
    Map<String, ColumnStatistics> byName = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      byName.put(columns.get(i).name(), statistics(rowGroups, i));
    }
    try {
      return new DataFiles.Copied(
          path,
          rowGroups.stream().mapToLong(BlockMetaData::getRowCount).sum(),
          Files.size(path),
          PartitionValues.NONE,
          byName);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ColumnStatistics statistics(List<BlockMetaData> rowGroups, int column) {
    Statistics<?> all = null;
    for (BlockMetaData rowGroup : rowGroups) {
      Statistics<?> part = rowGroup.getColumns().get(column).getStatistics();
      if (all == null) {
        all = part.copy();
      } else {
        all.mergeStatistics(part);
      }
    }
    return all == null
        ? ColumnStatistics.UNKNOWN
        : ColumnStatistics.ofParquet(columns.get(column).type(), all);
  }

  /** What a record is made of: one row of the vectors. */
  private static final class Rows extends WriteSupport<Integer> {
    private final MessageType schema;
    private final String[] names;
    private final FieldVector[] vectors;
    private final ParquetColumn.Values[] values;
    private @Nullable RecordConsumer consumer;

    Rows(List<ParquetColumn> columns, VectorSchemaRoot batch) {
      schema =
          new MessageType("millrace", columns.stream().<Type>map(ParquetColumn::parquet).toList());
      names = columns.stream().map(ParquetColumn::name).toArray(String[]::new);
      vectors = batch.getFieldVectors().stream().limit(names.length).toArray(FieldVector[]::new);
      values = new ParquetColumn.Values[names.length];
      for (int i = 0; i < names.length; i++) {
        values[i] = columns.get(i).values(vectors[i]);
      }
    }

    @Override
    @SuppressWarnings("deprecation") // the form that it asks for, and does not use
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema, Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer to) {
      consumer = to;
    }

    @Override
    public void write(Integer row) {
      RecordConsumer to = Objects.requireNonNull(consumer);
      to.startMessage();
      for (int i = 0; i < values.length; i++) {
        if (!vectors[i].isNull(row)) {
          to.startField(names[i], i);
          values[i].write(to, row);
          to.endField(names[i], i);
        }
      }
      to.endMessage();
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Integer, Builder> {
    private final Rows rows;

    Builder(OutputFile file, Rows rows) {
      super(file);
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // the form that it asks for, and does not use
    protected WriteSupport<Integer> getWriteSupport(Configuration configuration) {
      return rows;
    }

    @Override
    protected WriteSupport<Integer> getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }
  }
}
