package io.millrace.changelog.codec;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * A column under construction: writes values by row straight into the memory of an Arrow vector,
 * which belongs to the reader that handed it over. Rows are written in order; a row that was
 * written but does not count is forgotten and written again. The writer keeps rows below the
 * allocated number; nothing checks it here. For one thread at a time.
 */
abstract sealed class ArrowColumn {
  private static final Object NULL = new Object();

  private final Field field;
  private long validity;

  private ArrowColumn(Field field) {
    this.field = field;
  }

  static ArrowColumn of(Field field) {
    ArrowType type = field.getType();
    if (type instanceof ArrowType.List || type instanceof ArrowType.Map) {
      return new Items(field, of(field.getChildren().getFirst()));
    }
    if (type instanceof ArrowType.Struct) {
      return new Struct(field, field.getChildren().stream().map(ArrowColumn::of).toList());
    }
    if (type instanceof ArrowType.Utf8 || type instanceof ArrowType.Binary) {
      return new Bytes(field);
    }
    return type instanceof ArrowType.Bool ? new Bits(field) : new Fixed(field);
  }

  Field field() {
    return field;
  }

  /** Takes fresh memory for that many rows, all of them not NULL so far. */
  void allocate(FieldVector vector, int rows) {
    vector.getValidityBuffer().setOne(0, vector.getValidityBuffer().capacity());
    located(vector);
  }

  /** Looks again where the vector's memory is, after it was taken or has grown. */
  void located(FieldVector vector) {
    validity = vector.getValidityBuffer().memoryAddress();
  }

  void setNull(int row) {
    long at = validity + (row >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) & ~(1 << (row & 7))));
  }

  /** Makes the row as if it had not been written. */
  void forget(int row) {
    long at = validity + (row >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) | 1 << (row & 7)));
  }

  /** What was written to the row, as an object that equals another where DuckDB's values do. */
  Object value(int row) {
    boolean present = (MemoryUtil.getByte(validity + (row >> 3)) >> (row & 7) & 1) == 1;
    return present ? presentValue(row) : NULL;
  }

  abstract Object presentValue(int row);

  /** The rows are complete; the vector is told by its root. */
  void finish(int rows) {}

  private static Object bytes(long at, int length) {
    byte[] copy = new byte[length];
    MemoryUtil.copyFromMemory(at, copy, 0, length);
    return ByteBuffer.wrap(copy);
  }

  /** Numbers of 1, 2, 4, 8 or 16 bytes. */
  static final class Fixed extends ArrowColumn {
    private final boolean floating;
    private int width;
    private long data;

    Fixed(Field field) {
      super(field);
      floating = field.getType() instanceof ArrowType.FloatingPoint;
    }

    @Override
    void allocate(FieldVector vector, int rows) {
      BaseFixedWidthVector fixed = (BaseFixedWidthVector) vector;
      width = fixed.getTypeWidth();
      fixed.allocateNew(rows);
      super.allocate(vector, rows);
    }

    @Override
    void located(FieldVector vector) {
      super.located(vector);
      data = vector.getDataBuffer().memoryAddress();
    }

    /** Zeros of either sign are one number, and all that is not a number is one. */
    @Override
    Object presentValue(int row) {
      long at = data + (long) width * row;
      if (floating) {
        return 0.0
            + (width == Double.BYTES
                ? Double.longBitsToDouble(MemoryUtil.getLong(at))
                : Float.intBitsToFloat(MemoryUtil.getInt(at)));
      }
      return bytes(at, width);
    }

    void putByte(int row, int value) {
      MemoryUtil.putByte(data + row, (byte) value);
    }

    void putShort(int row, int value) {
      MemoryUtil.putShort(data + 2L * row, (short) value);
    }

    void putInt(int row, int value) {
      MemoryUtil.putInt(data + 4L * row, value);
    }

    void putLong(int row, long value) {
      MemoryUtil.putLong(data + 8L * row, value);
    }

    void put128(int row, long high, long low) {
      long at = data + 16L * row;
      MemoryUtil.putLong(at, low);
      MemoryUtil.putLong(at + 8, high);
    }
  }

  /** Booleans, one bit each. */
  static final class Bits extends ArrowColumn {
    private long data;

    private Bits(Field field) {
      super(field);
    }

    @Override
    void allocate(FieldVector vector, int rows) {
      ((BitVector) vector).allocateNew(rows);
      super.allocate(vector, rows);
    }

    @Override
    void located(FieldVector vector) {
      super.located(vector);
      data = vector.getDataBuffer().memoryAddress();
    }

    @Override
    Object presentValue(int row) {
      return MemoryUtil.getByte(data + (row >> 3)) >> (row & 7) & 1;
    }

    void putBoolean(int row, boolean value) {
      long at = data + (row >> 3);
      int bit = 1 << (row & 7);
      int others = MemoryUtil.getByte(at) & ~bit;
      MemoryUtil.putByte(at, (byte) (value ? others | bit : others));
    }
  }

  /** Text and binary; the data memory grows as needed. */
  static final class Bytes extends ArrowColumn {
    private static final int FIRST_BYTES_PER_ROW = 16;

    private BaseVariableWidthVector vector;
    private long offsets;
    private long data;
    private long capacity;

    @SuppressWarnings("NullAway.Init") // allocated before the first row
    Bytes(Field field) {
      super(field);
    }

    @Override
    void allocate(FieldVector target, int rows) {
      vector = (BaseVariableWidthVector) target;
      vector.allocateNew((long) rows * FIRST_BYTES_PER_ROW, rows);
      super.allocate(target, rows);
      MemoryUtil.putInt(offsets, 0);
    }

    @Override
    void located(FieldVector target) {
      super.located(target);
      offsets = vector.getOffsetBuffer().memoryAddress();
      data = vector.getDataBuffer().memoryAddress();
      capacity = vector.getDataBuffer().capacity();
    }

    @Override
    void setNull(int row) {
      super.setNull(row);
      MemoryUtil.putInt(offsets + 4L * (row + 1), end(row));
    }

    @Override
    Object presentValue(int row) {
      int start = end(row);
      return bytes(data + start, end(row + 1) - start);
    }

    void put(int row, byte[] source, int from, int length) {
      int start = end(row);
      int end = Math.addExact(start, length);
      while (end > capacity) {
        vector.reallocDataBuffer();
        located(vector);
      }
      MemoryUtil.copyToMemory(source, from, data + start, length);
      MemoryUtil.putInt(offsets + 4L * (row + 1), end);
    }

    @Override
    void finish(int rows) {
      vector.setLastSet(rows - 1);
    }

    private int end(int rows) {
      return MemoryUtil.getInt(offsets + 4L * rows);
    }
  }

  /** Lists, and maps as lists of their entries. */
  static final class Items extends ArrowColumn {
    private final ArrowColumn items;
    private ListVector vector;
    private long offsets;

    @SuppressWarnings("NullAway.Init") // allocated before the first row
    private Items(Field field, ArrowColumn items) {
      super(field);
      this.items = items;
    }

    /** The values of all rows, one after the other. */
    ArrowColumn items() {
      return items;
    }

    @Override
    void allocate(FieldVector target, int rows) {
      vector = (ListVector) target;
      vector.setInitialCapacity(rows);
      vector.allocateNew();
      items.allocate(vector.getDataVector(), rows);
      super.allocate(target, rows);
      MemoryUtil.putInt(offsets, 0);
    }

    @Override
    void located(FieldVector target) {
      super.located(target);
      offsets = vector.getOffsetBuffer().memoryAddress();
      items.located(vector.getDataVector());
    }

    @Override
    void setNull(int row) {
      super.setNull(row);
      end(row, start(row));
    }

    @Override
    Object presentValue(int row) {
      return IntStream.range(start(row), start(row + 1)).mapToObj(items::value).toList();
    }

    /** Where the row's first item goes. */
    int start(int row) {
      return MemoryUtil.getInt(offsets + 4L * row);
    }

    /** Makes room for an item, which is then written. */
    void begin(int item) {
      while (item >= vector.getDataVector().getValueCapacity()) {
        vector.getDataVector().reAlloc();
        items.located(vector.getDataVector());
      }
      items.forget(item);
    }

    /** The row's items are those before this one. */
    void end(int row, int item) {
      MemoryUtil.putInt(offsets + 4L * (row + 1), item);
    }

    @Override
    void finish(int rows) {
      vector.setLastSet(rows - 1);
      items.finish(start(rows));
    }
  }

  /** Structs; a NULL one has NULL in all its fields. */
  static final class Struct extends ArrowColumn {
    private final List<ArrowColumn> fields;

    private Struct(Field field, List<ArrowColumn> fields) {
      super(field);
      this.fields = fields;
    }

    List<ArrowColumn> fields() {
      return fields;
    }

    @Override
    void allocate(FieldVector target, int rows) {
      StructVector vector = (StructVector) target;
      vector.setInitialCapacity(rows);
      vector.allocateNew();
      for (int i = 0; i < fields.size(); i++) {
        fields.get(i).allocate((FieldVector) vector.getChildByOrdinal(i), rows);
      }
      super.allocate(target, rows);
    }

    @Override
    void located(FieldVector target) {
      super.located(target);
      for (int i = 0; i < fields.size(); i++) {
        fields.get(i).located((FieldVector) ((StructVector) target).getChildByOrdinal(i));
      }
    }

    @Override
    void setNull(int row) {
      super.setNull(row);
      fields.forEach(f -> f.setNull(row));
    }

    @Override
    Object presentValue(int row) {
      return fields.stream().map(f -> f.value(row)).toList();
    }

    @Override
    void forget(int row) {
      super.forget(row);
      fields.forEach(f -> f.forget(row));
    }

    @Override
    void finish(int rows) {
      fields.forEach(f -> f.finish(rows));
    }
  }
}
