package io.millrace.lake;

import io.millrace.contracts.row.DataType;
import java.util.Objects;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * A column of a file that is written from Arrow, in the Parquet type that DuckDB's COPY gives it
 * too. Only types that are not nested.
 *
 * @param id its Parquet field id; 0 for none
 * @param name its name in the file
 * @param type its type in the file
 */
record ParquetColumn(int id, String name, DataType type) {
  /** Digits of a decimal that 32 and 64 bits hold. */
  private static final int DIGITS_OF_INT = 9;

  private static final int DIGITS_OF_LONG = 18;
  private static final int DECIMAL_BYTES = 16;

  /** Writes the values of one vector. */
  @FunctionalInterface
  interface Values {
    /** Writes the value of a row, which is not NULL. */
    void write(RecordConsumer to, int row);
  }

  static ParquetColumn of(TableLayout.Physical column) {
    return new ParquetColumn(column.id(), column.name(), column.stored());
  }

  PrimitiveType parquet() {
    Types.PrimitiveBuilder<PrimitiveType> column =
        switch (type) {
          case DataType.Nested nested -> throw new IllegalStateException(nested.sql());
          case DataType.Decimal(int precision, int scale) ->
              decimal(precision).as(LogicalTypeAnnotation.decimalType(scale, precision));
          case DataType.Simple simple -> simple(simple);
        };
    return (id == 0 ? column : column.id(id)).named(name);
  }

  private static Types.PrimitiveBuilder<PrimitiveType> decimal(int precision) {
    if (precision <= DIGITS_OF_INT) {
      return Types.optional(PrimitiveTypeName.INT32);
    }
    return precision <= DIGITS_OF_LONG
        ? Types.optional(PrimitiveTypeName.INT64)
        : Types.optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY).length(DECIMAL_BYTES);
  }

  private static Types.PrimitiveBuilder<PrimitiveType> simple(DataType.Simple type) {
    return switch (type) {
      case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN);
      case TINYINT -> integer(PrimitiveTypeName.INT32, 8);
      case SMALLINT -> integer(PrimitiveTypeName.INT32, 16);
      case INTEGER -> integer(PrimitiveTypeName.INT32, 32);
      case BIGINT -> integer(PrimitiveTypeName.INT64, 64);
      case FLOAT -> Types.optional(PrimitiveTypeName.FLOAT);
      case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE);
      case VARCHAR, UUID ->
          Types.optional(PrimitiveTypeName.BINARY).as(LogicalTypeAnnotation.stringType());
      case BLOB -> Types.optional(PrimitiveTypeName.BINARY);
      case DATE -> Types.optional(PrimitiveTypeName.INT32).as(LogicalTypeAnnotation.dateType());
      case TIMESTAMP -> timestamp(false);
      case TIMESTAMPTZ -> timestamp(true);
      case TIME -> throw new IllegalStateException("Delta has no TIME");
    };
  }

  private static Types.PrimitiveBuilder<PrimitiveType> integer(PrimitiveTypeName name, int bits) {
    return Types.optional(name).as(LogicalTypeAnnotation.intType(bits, true));
  }

  private static Types.PrimitiveBuilder<PrimitiveType> timestamp(boolean adjustedToUtc) {
    return Types.optional(PrimitiveTypeName.INT64)
        .as(LogicalTypeAnnotation.timestampType(adjustedToUtc, TimeUnit.MICROS));
  }

  /** The writer of a vector's values, whatever batch is loaded into it. */
  Values values(FieldVector vector) {
    return switch (type) {
      case DataType.Nested nested -> throw new IllegalStateException(nested.sql());
      case DataType.Decimal(int precision, int _) -> decimals(precision, (DecimalVector) vector);
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> {
              BitVector bits = (BitVector) vector;
              yield (to, row) -> to.addBoolean(bits.get(row) != 0);
            }
            case TINYINT -> {
              TinyIntVector numbers = (TinyIntVector) vector;
              yield (to, row) -> to.addInteger(numbers.get(row));
            }
            case SMALLINT -> {
              SmallIntVector numbers = (SmallIntVector) vector;
              yield (to, row) -> to.addInteger(numbers.get(row));
            }
            case INTEGER -> {
              IntVector numbers = (IntVector) vector;
              yield (to, row) -> to.addInteger(numbers.get(row));
            }
            case BIGINT -> {
              BigIntVector numbers = (BigIntVector) vector;
              yield (to, row) -> to.addLong(numbers.get(row));
            }
            case FLOAT -> {
              Float4Vector numbers = (Float4Vector) vector;
              yield (to, row) -> to.addFloat(numbers.get(row));
            }
            case DOUBLE -> {
              Float8Vector numbers = (Float8Vector) vector;
              yield (to, row) -> to.addDouble(numbers.get(row));
            }
            case VARCHAR, UUID -> {
              VarCharVector texts = (VarCharVector) vector;
              yield (to, row) -> to.addBinary(binary(texts.get(row)));
            }
            case BLOB -> {
              VarBinaryVector bytes = (VarBinaryVector) vector;
              yield (to, row) -> to.addBinary(binary(bytes.get(row)));
            }
            case DATE -> {
              DateDayVector days = (DateDayVector) vector;
              yield (to, row) -> to.addInteger(days.get(row));
            }
            case TIMESTAMP, TIMESTAMPTZ -> {
              TimeStampVector micros = (TimeStampVector) vector;
              yield (to, row) -> to.addLong(micros.get(row));
            }
            case TIME -> throw new IllegalStateException("Delta has no TIME");
          };
    };
  }

  private static Binary binary(byte[] bytes) {
    return Binary.fromConstantByteArray(Objects.requireNonNull(bytes));
  }

  /** Arrow has 16 bytes of each, the lowest first; their lower half is the number if it fits. */
  private static Values decimals(int precision, DecimalVector vector) {
    if (precision <= DIGITS_OF_INT) {
      return (to, row) -> to.addInteger((int) low(vector, row));
    }
    if (precision <= DIGITS_OF_LONG) {
      return (to, row) -> to.addLong(low(vector, row));
    }
    return (to, row) -> {
      byte[] highestFirst = new byte[DECIMAL_BYTES];
      for (int i = 0; i < DECIMAL_BYTES; i++) {
        highestFirst[i] = vector.getDataBuffer().getByte((row + 1L) * DECIMAL_BYTES - 1 - i);
      }
      to.addBinary(Binary.fromConstantByteArray(highestFirst));
    };
  }

  private static long low(DecimalVector vector, int row) {
    return vector.getDataBuffer().getLong((long) row * DECIMAL_BYTES);
  }
}
