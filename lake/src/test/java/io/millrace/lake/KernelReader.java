package io.millrace.lake;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.MapValue;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** An independent reader of a table: Delta Kernel's own, log and Parquet both. */
final class KernelReader {
  private static final Engine ENGINE = DefaultEngine.create(new LocalFiles());

  private KernelReader() {}

  /** All rows of the newest version as text, sorted; see {@link LakeFixture#rows}. */
  static List<String> rows(Path table) throws IOException {
    return rows(TableManager.loadSnapshot(table.toString()).build(ENGINE));
  }

  static List<String> rows(Path table, long version) throws IOException {
    return rows(TableManager.loadSnapshot(table.toString()).atVersion(version).build(ENGINE));
  }

  private static List<String> rows(Snapshot snapshot) throws IOException {
    List<String> result = new ArrayList<>();
    Scan scan = snapshot.getScanBuilder().build();
    Row state = scan.getScanState(ENGINE);
    StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
    try (CloseableIterator<FilteredColumnarBatch> files = scan.getScanFiles(ENGINE)) {
      while (files.hasNext()) {
        try (CloseableIterator<Row> scanFiles = files.next().getRows()) {
          while (scanFiles.hasNext()) {
            add(result, state, physical, scanFiles.next());
          }
        }
      }
    }
    result.sort(null);
    return result;
  }

  private static void add(List<String> result, Row state, StructType physical, Row scanFile)
      throws IOException {
    FileStatus file = InternalScanFileUtils.getAddFileStatus(scanFile);
    CloseableIterator<ColumnarBatch> data =
        ENGINE
            .getParquetHandler()
            .readParquetFiles(
                LocalFiles.closeable(List.of(file).iterator()), physical, Optional.empty())
            .map(FileReadResult::getData);
    try (CloseableIterator<FilteredColumnarBatch> logical =
        Scan.transformPhysicalData(ENGINE, state, scanFile, data)) {
      while (logical.hasNext()) {
        try (CloseableIterator<Row> rows = logical.next().getRows()) {
          while (rows.hasNext()) {
            result.add(text(rows.next()));
          }
        }
      }
    }
  }

  private static String text(Row row) {
    StructType type = row.getSchema();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < type.length(); i++) {
      DataType of = type.at(i).getDataType();
      values.add(row.isNullAt(i) ? "NULL" : of(row, i, of));
    }
    return String.join("|", values);
  }

  private static String of(Row row, int i, DataType type) {
    return switch (type) {
      case BooleanType _ -> String.valueOf(row.getBoolean(i));
      case ByteType _ -> String.valueOf(row.getByte(i));
      case ShortType _ -> String.valueOf(row.getShort(i));
      case IntegerType _, DateType _ -> String.valueOf(row.getInt(i));
      case LongType _, TimestampType _, TimestampNTZType _ -> String.valueOf(row.getLong(i));
      case FloatType _ -> String.valueOf(row.getFloat(i));
      case DoubleType _ -> String.valueOf(row.getDouble(i));
      case DecimalType _ -> row.getDecimal(i).toPlainString();
      case StringType _ -> row.getString(i);
      case BinaryType _ -> HexFormat.of().formatHex(row.getBinary(i));
      case StructType struct -> fields(row.getStruct(i), struct);
      case ArrayType array -> items(row.getArray(i), array.getElementType());
      case MapType map -> entries(row.getMap(i), map);
      default -> throw new AssertionError(type);
    };
  }

  private static String fields(Row row, StructType struct) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < struct.length(); i++) {
      values.add(row.isNullAt(i) ? "NULL" : of(row, i, struct.at(i).getDataType()));
    }
    return "(" + String.join(";", values) + ")";
  }

  private static String items(ArrayValue array, DataType type) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < array.getSize(); i++) {
      values.add(text(array.getElements(), i, type));
    }
    return "[" + String.join(";", values) + "]";
  }

  private static String entries(MapValue map, MapType type) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < map.getSize(); i++) {
      values.add(
          text(map.getKeys(), i, type.getKeyType())
              + "="
              + text(map.getValues(), i, type.getValueType()));
    }
    return "[" + String.join(";", values) + "]";
  }

  private static String text(ColumnVector vector, int i, DataType type) {
    if (vector.isNullAt(i)) {
      return "NULL";
    }
    return switch (type) {
      case BooleanType _ -> String.valueOf(vector.getBoolean(i));
      case ByteType _ -> String.valueOf(vector.getByte(i));
      case ShortType _ -> String.valueOf(vector.getShort(i));
      case IntegerType _, DateType _ -> String.valueOf(vector.getInt(i));
      case LongType _, TimestampType _, TimestampNTZType _ -> String.valueOf(vector.getLong(i));
      case FloatType _ -> String.valueOf(vector.getFloat(i));
      case DoubleType _ -> String.valueOf(vector.getDouble(i));
      case DecimalType _ -> vector.getDecimal(i).toPlainString();
      case StringType _ -> vector.getString(i);
      case BinaryType _ -> HexFormat.of().formatHex(vector.getBinary(i));
      case ArrayType array -> items(vector.getArray(i), array.getElementType());
      case MapType map -> entries(vector.getMap(i), map);
      case StructType struct -> {
        List<String> values = new ArrayList<>();
        for (int f = 0; f < struct.length(); f++) {
          values.add(text(vector.getChild(f), i, struct.at(f).getDataType()));
        }
        yield "(" + String.join(";", values) + ")";
      }
      default -> throw new AssertionError(type);
    };
  }
}
