package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A place in the Avro binary form of one record. Never reads outside the record, whatever its bytes
 * are. For one thread.
 */
final class AvroCursor {
  /** Magic zero and a schema id. */
  static final int FRAME_BYTES = 5;

  private static final int MAX_DEPTH = 200;
  private static final int INT_BITS = 35;
  private static final int LONG_BITS = 70;
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle ID =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[0];
  private int position;
  private int depth;

  /** Opens a framed record behind its frame and returns its schema id. */
  int open(byte[] framed) throws BadRecord {
    if (framed.length < FRAME_BYTES || framed[0] != 0) {
      throw new BadRecord(
          ChangelogError.CL_004_NOT_FRAMED,
          "the bytes do not begin with a zero and a schema id. Write the topic with a schema"
              + " registry's serializer.");
    }
    bytes = framed;
    position = FRAME_BYTES;
    depth = 0;
    return (int) ID.get(framed, 1);
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return position;
  }

  /** Goes back to a place that this record was at. */
  void moveTo(int earlier) {
    position = earlier;
  }

  /** Fails unless all bytes have been read. */
  void expectEnd() throws BadRecord {
    if (position != bytes.length) {
      throw BadRecord.malformed(
          (bytes.length - position) + " bytes are left over behind the record.");
    }
  }

  /** Enters a nested record, so that a recursive schema cannot exhaust the stack. */
  void enter() throws BadRecord {
    if (++depth > MAX_DEPTH) {
      throw BadRecord.malformed("it is nested deeper than " + MAX_DEPTH + " records.");
    }
  }

  void leave() {
    depth--;
  }

  long readLong() throws BadRecord {
    return readNumber(LONG_BITS);
  }

  int readInt() throws BadRecord {
    long value = readNumber(INT_BITS);
    if (value != (int) value) {
      throw BadRecord.malformed("a number is longer than its 32 bits.");
    }
    return (int) value;
  }

  /** An integer of that many bits. */
  int readNarrow(int bits) throws BadRecord {
    int value = readInt();
    if (value >> (bits - 1) != value >> 31) {
      throw BadRecord.doesNotFit("the number is longer than its " + bits + " bits.");
    }
    return value;
  }

  /** An index below {@code limit}: of a union's branch or an enum's symbol. */
  int readIndex(int limit) throws BadRecord {
    int index = readInt();
    if (index < 0 || index >= limit) {
      throw BadRecord.malformed("an index points at none of " + limit + " alternatives.");
    }
    return index;
  }

  boolean readBoolean() throws BadRecord {
    byte value = bytes[advance(1)];
    if (value != 0 && value != 1) {
      throw BadRecord.malformed("a boolean is neither 0 nor 1.");
    }
    return value == 1;
  }

  /** Four bytes, lowest first, as of a float. */
  int readFixedInt() throws BadRecord {
    return (int) INTS.get(bytes, advance(4));
  }

  /** Eight bytes, lowest first, as of a double. */
  long readFixedLong() throws BadRecord {
    return (long) LONGS.get(bytes, advance(8));
  }

  /** The length of a string or of bytes, of which all are there. */
  int readLength() throws BadRecord {
    long length = readLong();
    if (length < 0) {
      throw BadRecord.malformed("a length is negative.");
    }
    if (length > bytes.length - position) {
      throw cutOff();
    }
    return (int) length;
  }

  /** Goes over that many bytes and returns where they began. */
  int advance(long length) throws BadRecord {
    int from = position;
    if (length > bytes.length - from) {
      throw cutOff();
    }
    position = from + (int) length;
    return from;
  }

  /** A number in steps of seven bits, lowest first, of at most that many. */
  private long readNumber(int bits) throws BadRecord {
    byte[] in = bytes;
    int at = position;
    if (at < in.length && in[at] >= 0) {
      position = at + 1;
      long value = in[at];
      return (value >>> 1) ^ -(value & 1);
    }
    long value = 0;
    for (int shift = 0; shift < bits; shift += 7) {
      if (at >= in.length) {
        throw cutOff();
      }
      int next = in[at++];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        if (shift == 63 && next > 1) {
          break;
        }
        position = at;
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw BadRecord.malformed("a number is longer than its type.");
  }

  private static BadRecord cutOff() {
    return BadRecord.malformed("the bytes end before the record does.");
  }
}
