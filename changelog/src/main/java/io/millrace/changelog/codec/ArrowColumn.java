package io.millrace.changelog.codec;

import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * A column under construction: writes values by row straight into the memory of an Arrow vector,
 * which belongs to the reader that handed it over. Rows are written in order; a row that was
 * written but does not count is forgotten and written again. The writer keeps rows below the
 * allocated number; nothing checks it here. For one thread at a time.
 */
abstract sealed class ArrowColumn {
  private final Field field;
  private long validity;

  private ArrowColumn(Field field) {
    this.field = field;
  }

  static ArrowColumn of(Field field) {
    ArrowType type = field.getType();
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
    validity = vector.getValidityBuffer().memoryAddress();
    vector.getValidityBuffer().setOne(0, vector.getValidityBuffer().capacity());
  }

  void setNull(int row) {
    long at = validity + (row >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) & ~(1 << (row & 7))));
  }

  /** Makes the row as if it had not been written. */
  final void forget(int row) {
    long at = validity + (row >> 3);
    MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) | 1 << (row & 7)));
  }

  /** The rows are complete; the vector is told by its root. */
  void finish(int rows) {}

  /** Numbers of 1, 2, 4, 8 or 16 bytes. */
  static final class Fixed extends ArrowColumn {
    private long data;

    Fixed(Field field) {
      super(field);
    }

    @Override
    void allocate(FieldVector vector, int rows) {
      ((BaseFixedWidthVector) vector).allocateNew(rows);
      super.allocate(vector, rows);
      data = vector.getDataBuffer().memoryAddress();
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
      data = vector.getDataBuffer().memoryAddress();
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
      offsets = vector.getOffsetBuffer().memoryAddress();
      MemoryUtil.putInt(offsets, 0);
      located();
    }

    @Override
    void setNull(int row) {
      super.setNull(row);
      MemoryUtil.putInt(offsets + 4L * (row + 1), end(row));
    }

    void put(int row, byte[] source, int from, int length) {
      int start = end(row);
      int end = Math.addExact(start, length);
      while (end > capacity) {
        vector.reallocDataBuffer();
        located();
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

    private void located() {
      data = vector.getDataBuffer().memoryAddress();
      capacity = vector.getDataBuffer().capacity();
    }
  }
}
