package io.millrace.changelog.codec;

import io.millrace.contracts.row.DataType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Reads one value that is not null from a record into its column. */
@FunctionalInterface
interface ValueReader {
  long DAY_MICROS = 86_400_000_000L;

  /** DuckDB's least timestamp; below it only minus infinity, the negated greatest number. */
  long LEAST_TIMESTAMP = -9_223_372_022_400_000_000L;

  void read(AvroCursor in, int row) throws BadRecord;

  /**
   * The reader of this Avro type into a column of this type: the same type, or one that holds all
   * its values (wider integers, DOUBLE for FLOAT, decimals of more digits). Empty if there is none.
   */
  static Optional<ValueReader> of(Schema written, DataType wanted, ArrowColumn column) {
    return switch (column) {
      case ArrowColumn.Bits bits ->
          written.getType() == Schema.Type.BOOLEAN
              ? Optional.of((in, row) -> bits.putBoolean(row, in.readBoolean()))
              : Optional.empty();
      case ArrowColumn.Bytes bytes -> ofBytes(written, wanted, bytes);
      case ArrowColumn.Items items -> NestedReaders.ofItems(written, wanted, items);
      case ArrowColumn.Struct struct ->
          NestedReaders.ofStruct(written, (DataType.Struct) wanted, struct);
      case ArrowColumn.Fixed fixed -> Optional.ofNullable(ofFixed(written, wanted, fixed));
    };
  }

  private static Optional<ValueReader> ofBytes(
      Schema written, DataType wanted, ArrowColumn.Bytes column) {
    boolean text = wanted == DataType.Simple.VARCHAR;
    return switch (written.getType()) {
      case STRING -> text ? Optional.of(textReader(column)) : Optional.empty();
      case ENUM -> text ? Optional.of(symbolReader(written, column)) : Optional.empty();
      case BYTES, FIXED ->
          text
                  || written.getLogicalType() instanceof LogicalTypes.Decimal
                  || written.getLogicalType() instanceof LogicalTypes.Uuid
              ? Optional.empty()
              : Optional.of((in, row) -> {
                int length = lengthOf(written, in);
                column.put(row, in.bytes(), in.advance(length), length);
              });
      case NULL, BOOLEAN, INT, LONG, FLOAT, DOUBLE, RECORD, ARRAY, MAP, UNION -> Optional.empty();
    };
  }

  private static ValueReader textReader(ArrowColumn.Bytes column) {
    return (in, row) -> {
      int length = in.readLength();
      int from = in.advance(length);
      if (!Utf8.valid(in.bytes(), from, length)) {
        throw BadRecord.malformed("the text is not UTF-8.");
      }
      column.put(row, in.bytes(), from, length);
    };
  }

  private static ValueReader symbolReader(Schema written, ArrowColumn.Bytes column) {
    byte[][] symbols =
        written.getEnumSymbols().stream()
            .map(s -> s.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    return (in, row) -> {
      byte[] symbol = symbols[in.readIndex(symbols.length)];
      column.put(row, symbol, 0, symbol.length);
    };
  }

  private static @Nullable ValueReader ofFixed(
      Schema written, DataType wanted, ArrowColumn.Fixed column) {
    LogicalType logical = written.getLogicalType();
    if (wanted == DataType.Simple.UUID) {
      return logical instanceof LogicalTypes.Uuid ? UuidText.reader(written, column) : null;
    }
    if (wanted instanceof DataType.Decimal decimal) {
      return logical instanceof LogicalTypes.Decimal from
              && from.getScale() == decimal.scale()
              && from.getPrecision() <= decimal.precision()
          ? decimalReader(written, decimal.precision(), column)
          : null;
    }
    return switch (written.getType()) {
      case INT -> ofInt(written, (DataType.Simple) wanted, column);
      case LONG -> ofLong(logical, (DataType.Simple) wanted, column);
      case FLOAT ->
          switch ((DataType.Simple) wanted) {
            case FLOAT -> (in, row) -> column.putInt(row, in.readFixedInt());
            case DOUBLE ->
                (in, row) ->
                    column.putLong(
                        row, Double.doubleToRawLongBits(Float.intBitsToFloat(in.readFixedInt())));
            case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, VARCHAR, BLOB, UUID -> null;
            case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> null;
          };
      case DOUBLE ->
          wanted == DataType.Simple.DOUBLE
              ? (in, row) -> column.putLong(row, in.readFixedLong())
              : null;
      case NULL, BOOLEAN, STRING, BYTES, FIXED, ENUM, RECORD, ARRAY, MAP, UNION -> null;
    };
  }

  private static @Nullable ValueReader ofInt(
      Schema written, DataType.Simple wanted, ArrowColumn.Fixed column) {
    LogicalType logical = written.getLogicalType();
    if (logical instanceof LogicalTypes.Date) {
      return wanted == DataType.Simple.DATE ? dateReader(column) : null;
    }
    if (logical instanceof LogicalTypes.TimeMillis && wanted == DataType.Simple.TIME) {
      return (in, row) -> column.putLong(row, time(in.readInt() * 1000L));
    }
    String width = String.valueOf(written.getProp("millrace.type"));
    boolean tiny = width.equals("TINYINT");
    boolean small = tiny || width.equals("SMALLINT");
    return switch (wanted) {
      case TINYINT -> tiny ? (in, row) -> column.putByte(row, in.readNarrow(8)) : null;
      case SMALLINT -> small ? (in, row) -> column.putShort(row, in.readNarrow(16)) : null;
      case INTEGER -> (in, row) -> column.putInt(row, in.readInt());
      case BIGINT -> (in, row) -> column.putLong(row, in.readInt());
      case BOOLEAN, FLOAT, DOUBLE, VARCHAR, BLOB, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, UUID -> null;
    };
  }

  private static @Nullable ValueReader ofLong(
      @Nullable LogicalType logical, DataType.Simple wanted, ArrowColumn.Fixed column) {
    boolean instant = wanted == DataType.Simple.TIMESTAMPTZ;
    boolean local = wanted == DataType.Simple.TIMESTAMP;
    return switch (logical) {
      case LogicalTypes.TimestampMicros micros when instant -> timestampReader(column);
      case LogicalTypes.TimestampMillis millis when instant -> millisReader(column);
      case LogicalTypes.LocalTimestampMicros micros when local -> timestampReader(column);
      case LogicalTypes.LocalTimestampMillis millis when local -> millisReader(column);
      case LogicalTypes.TimeMicros micros ->
          wanted == DataType.Simple.TIME
              ? (in, row) -> column.putLong(row, time(in.readLong()))
              : null;
      case LogicalTypes.TimestampMicros micros -> null;
      case LogicalTypes.LocalTimestampMicros micros -> null;
      case null, default ->
          wanted == DataType.Simple.BIGINT ? (in, row) -> column.putLong(row, in.readLong()) : null;
    };
  }

  private static ValueReader dateReader(ArrowColumn.Fixed column) {
    return (in, row) -> {
      int days = in.readInt();
      if (days == Integer.MIN_VALUE) {
        throw BadRecord.doesNotFit("the date is out of range.");
      }
      column.putInt(row, days);
    };
  }

  private static ValueReader timestampReader(ArrowColumn.Fixed column) {
    return (in, row) -> column.putLong(row, timestamp(in.readLong()));
  }

  private static ValueReader millisReader(ArrowColumn.Fixed column) {
    return (in, row) -> {
      long millis = in.readLong();
      long micros = millis * 1000;
      if (micros / 1000 != millis) {
        throw BadRecord.doesNotFit("the timestamp is out of range.");
      }
      column.putLong(row, timestamp(micros));
    };
  }

  private static long timestamp(long micros) throws BadRecord {
    if (micros < LEAST_TIMESTAMP && micros != -Long.MAX_VALUE) {
      throw BadRecord.doesNotFit("the timestamp is out of range.");
    }
    return micros;
  }

  private static long time(long micros) throws BadRecord {
    if (micros < 0 || micros > DAY_MICROS) {
      throw BadRecord.doesNotFit("the time of day is out of range.");
    }
    return micros;
  }

  private static ValueReader decimalReader(
      Schema written, int precision, ArrowColumn.Fixed column) {
    BigInteger bound = BigInteger.TEN.pow(precision);
    long boundHigh = bound.shiftRight(64).longValue();
    long boundLow = bound.longValue();
    return (in, row) -> {
      int length = lengthOf(written, in);
      int from = in.advance(length);
      if (length == 0) {
        throw BadRecord.malformed("a decimal has no bytes.");
      }
      byte[] bytes = in.bytes();
      long sign = bytes[from] >> 7;
      int to = from + length;
      for (; to - from > 16; from++) {
        if (bytes[from] != sign || bytes[from + 1] >> 7 != sign) {
          throw BadRecord.doesNotFit("the decimal has too many digits.");
        }
      }
      long high = sign;
      long low = sign;
      for (int i = from; i < to; i++) {
        high = high << 8 | low >>> 56;
        low = low << 8 | (bytes[i] & 0xFF);
      }
      long magnitudeLow = (low ^ sign) - sign;
      long magnitudeHigh = (high ^ sign) + (sign != 0 && magnitudeLow == 0 ? 1 : 0);
      int above = Long.compareUnsigned(magnitudeHigh, boundHigh);
      if (above > 0 || (above == 0 && Long.compareUnsigned(magnitudeLow, boundLow) >= 0)) {
        throw BadRecord.doesNotFit("the decimal has too many digits.");
      }
      column.put128(row, high, low);
    };
  }

  private static int lengthOf(Schema written, AvroCursor in) throws BadRecord {
    return written.getType() == Schema.Type.FIXED ? written.getFixedSize() : in.readLength();
  }
}
