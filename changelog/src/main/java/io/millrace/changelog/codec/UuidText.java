package io.millrace.changelog.codec;

import org.apache.avro.Schema;

/** Reads UUIDs: 16 bytes as they are, or the usual text of 36 characters. */
final class UuidText {
  private static final int TEXT_BYTES = 36;
  private static final String DASHES = "........-....-....-....-............";

  private UuidText() {}

  static ValueReader reader(Schema written, ArrowColumn.Fixed column) {
    return written.getType() == Schema.Type.STRING
        ? (in, row) -> {
          int length = in.readLength();
          read(in.bytes(), in.advance(length), length, column, row);
        }
        : (in, row) -> {
          int from = in.advance(ArrowTypes.UUID_BYTES);
          long high = 0;
          long low = 0;
          for (int i = 0; i < Long.BYTES; i++) {
            high = high << 8 | (in.bytes()[from + i] & 0xFF);
            low = low << 8 | (in.bytes()[from + Long.BYTES + i] & 0xFF);
          }
          put(column, row, high, low);
        };
  }

  private static void read(byte[] text, int from, int length, ArrowColumn.Fixed column, int row)
      throws BadRecord {
    if (length != TEXT_BYTES) {
      throw noUuid();
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < TEXT_BYTES; i++) {
      int c = text[from + i];
      if (DASHES.charAt(i) == '-') {
        if (c != '-') {
          throw noUuid();
        }
        continue;
      }
      int digit = c < 0 ? -1 : Character.digit(c, 16);
      if (digit < 0) {
        throw noUuid();
      }
      high = high << 4 | low >>> 60;
      low = low << 4 | digit;
    }
    put(column, row, high, low);
  }

  private static void put(ArrowColumn.Fixed column, int row, long high, long low) {
    column.put128(row, Long.reverseBytes(low), Long.reverseBytes(high));
  }

  private static BadRecord noUuid() {
    return BadRecord.doesNotFit("the text is no UUID of 36 characters.");
  }
}
