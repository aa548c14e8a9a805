package io.millrace.changelog.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds the framed Avro binary form of one record after another in memory that it keeps. */
final class AvroWriter {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle ID =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final int LONGEST_NUMBER = 10;

  private byte[] bytes = new byte[512];
  private int position;

  /** Begins a record with the frame of that schema id. */
  void begin(int schemaId) {
    bytes[0] = 0;
    ID.set(bytes, 1, schemaId);
    position = AvroCursor.FRAME_BYTES;
  }

  /** A copy of the record. */
  byte[] end() {
    return Arrays.copyOf(bytes, position);
  }

  void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  /** An int, a long, a union's branch or a length. */
  void writeLong(long value) {
    byte[] out = roomFor(LONGEST_NUMBER);
    int at = position;
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
    position = at;
  }

  /** Four bytes, lowest first, as of a float. */
  void writeFixedInt(int value) {
    int at = room(4);
    INTS.set(bytes, at, value);
  }

  /** Eight bytes, lowest first, as of a double. */
  void writeFixedLong(long value) {
    int at = room(8);
    LONGS.set(bytes, at, value);
  }

  void writeByte(int value) {
    int at = room(1);
    bytes[at] = (byte) value;
  }

  /** Avro that has been written before. */
  void writeRaw(byte[] avro) {
    int at = room(avro.length);
    System.arraycopy(avro, 0, bytes, at, avro.length);
  }

  /** Bytes or text, with their length before them. */
  void writeBytes(byte[] value) {
    writeLong(value.length);
    int at = room(value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
  }

  /** Goes over that many bytes, which the caller fills in {@link #bytes}, and returns the first. */
  int room(int length) {
    roomFor(length);
    int at = position;
    position = at + length;
    return at;
  }

  byte[] bytes() {
    return bytes;
  }

  private byte[] roomFor(int length) {
    if (length > bytes.length - position) {
      bytes =
          Arrays.copyOf(
              bytes,
              Math.max(
                  Math.addExact(position, length),
                  (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
    }
    return bytes;
  }
}
