package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * Writes the values of a column to Avro straight from the memory of an Arrow vector. Looks at one
 * batch at a time; for one thread.
 */
final class VectorColumn {
  private final Column column;
  private final List<VectorColumn> parts;
  private final Present present;
  private long validity;
  private long data;
  private long offsets;

  VectorColumn(Column column) {
    this.column = column;
    this.parts = parts(column);
    this.present = present(column.type());
  }

  /** Writes the value of a row that is not NULL. */
  @FunctionalInterface
  private interface Present {
    void write(AvroWriter out, int row);
  }

  /** The columns inside this one. */
  private static List<VectorColumn> parts(Column column) {
    String name = column.name();
    return switch (column.type()) {
      case DataType.Simple simple -> List.of();
      case DataType.Decimal decimal -> List.of();
      case DataType.ListOf(DataType element) ->
          List.of(new VectorColumn(new Column(name, element, true)));
      case DataType.Struct struct ->
          struct.parts().stream().map(t -> new VectorColumn(new Column(name, t, true))).toList();
      case DataType.MapOf(DataType key, DataType value) ->
          List.of(
              new VectorColumn(new Column(name, key, false)),
              new VectorColumn(new Column(name, value, true)));
    };
  }

  /** Takes up the column's part of a batch, which stays its owner's. */
  void open(FieldVector vector) {
    if (!fits(vector.getField().getType())) {
      throw new MillraceException(
          ChangelogError.CL_011_VALUE_OF_OTHER_TYPE,
          String.format(
              Locale.ROOT,
              "column %s is %s and was given as %s of Arrow. Select it with its own type.",
              column.name(),
              column.type().sql(),
              vector.getField().getType()));
    }
    validity = vector.getNullCount() == 0 ? 0 : vector.getValidityBuffer().memoryAddress();
    switch (vector) {
      case ListVector list -> {
        offsets = list.getOffsetBuffer().memoryAddress();
        open(
            list instanceof MapVector
                ? list.getDataVector().getChildrenFromFields()
                : List.of(list.getDataVector()));
      }
      case StructVector struct -> open(struct.getChildrenFromFields());
      default -> {
        data = vector.getDataBuffer().memoryAddress();
        offsets =
            vector instanceof BaseVariableWidthVector
                ? vector.getOffsetBuffer().memoryAddress()
                : 0;
      }
    }
  }

  private void open(List<FieldVector> inside) {
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).open(inside.get(i));
    }
  }

  /** Writes the row's value, with the branch of its union if the column is nullable. */
  void write(AvroWriter out, int row) {
    boolean isNull =
        validity != 0 && (MemoryUtil.getByte(validity + (row >> 3)) & 1 << (row & 7)) == 0;
    if (column.nullable()) {
      out.writeLong(isNull ? 0 : 1);
    } else if (isNull) {
      throw new MillraceException(
          ChangelogError.CL_013_NULL_IN_TABLE,
          String.format(
              Locale.ROOT,
              "column %s is declared without NULL and its table holds one. Declare it nullable and"
                  + " rebuild the table.",
              column.name()));
    }
    if (!isNull) {
      present.write(out, row);
    }
  }

  /** The time zone is only the session's name for UTC instants. */
  private boolean fits(ArrowType type) {
    if (column.type() == DataType.Simple.UUID) {
      return type instanceof ArrowType.Utf8;
    }
    ArrowType own = ArrowTypes.of(column.type());
    if (own instanceof ArrowType.Timestamp mine && type instanceof ArrowType.Timestamp given) {
      return mine.getUnit() == given.getUnit()
          && (mine.getTimezone() == null) == (given.getTimezone() == null);
    }
    return own.equals(type);
  }

  private Present present(DataType type) {
    return switch (type) {
      case DataType.Decimal decimal -> this::writeDecimal;
      case DataType.ListOf list -> this::writeItems;
      case DataType.MapOf map -> this::writeItems;
      case DataType.Struct struct ->
          (out, row) -> {
            for (VectorColumn part : parts) {
              part.write(out, row);
            }
          };
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN ->
                (out, row) ->
                    out.writeBoolean((MemoryUtil.getByte(data + (row >> 3)) & 1 << (row & 7)) != 0);
            case TINYINT -> (out, row) -> out.writeLong(MemoryUtil.getByte(data + row));
            case SMALLINT -> (out, row) -> out.writeLong(MemoryUtil.getShort(data + 2L * row));
            case INTEGER, DATE -> (out, row) -> out.writeLong(MemoryUtil.getInt(data + 4L * row));
            case BIGINT, TIME, TIMESTAMP, TIMESTAMPTZ ->
                (out, row) -> out.writeLong(MemoryUtil.getLong(data + 8L * row));
            case FLOAT -> (out, row) -> out.writeFixedInt(MemoryUtil.getInt(data + 4L * row));
            case DOUBLE -> (out, row) -> out.writeFixedLong(MemoryUtil.getLong(data + 8L * row));
            case VARCHAR, BLOB, UUID -> this::writeBytes;
          };
    };
  }

  /** A block of all items, then an empty one. An entry of a map is its key, then its value. */
  private void writeItems(AvroWriter out, int row) {
    int from = MemoryUtil.getInt(offsets + 4L * row);
    int to = MemoryUtil.getInt(offsets + 4L * row + 4);
    if (to > from) {
      out.writeLong(to - from);
      for (int item = from; item < to; item++) {
        for (VectorColumn part : parts) {
          part.write(out, item);
        }
      }
    }
    out.writeLong(0);
  }

  private void writeBytes(AvroWriter out, int row) {
    int from = MemoryUtil.getInt(offsets + 4L * row);
    int length = MemoryUtil.getInt(offsets + 4L * row + 4) - from;
    out.writeLong(length);
    int at = out.room(length);
    MemoryUtil.copyFromMemory(data + from, out.bytes(), at, length);
  }

  /** The shortest two's complement form, highest byte first. */
  private void writeDecimal(AvroWriter out, int row) {
    long low = MemoryUtil.getLong(data + 16L * row);
    long high = MemoryUtil.getLong(data + 16L * row + 8);
    int bits =
        high == low >> 63
            ? 64 - Long.numberOfLeadingZeros(low ^ high)
            : 128 - Long.numberOfLeadingZeros(high ^ (high >> 63));
    int length = bits / 8 + 1;
    out.writeLong(length);
    int at = out.room(length);
    byte[] bytes = out.bytes();
    for (int i = length - 1; i >= 0; i--) {
      bytes[at++] = (byte) (i < 8 ? low >> (8 * i) : high >> (8 * (i - 8)));
    }
  }
}
