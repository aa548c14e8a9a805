package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes one value of a column, as {@link RawChange} gives it, NULL included. */
@FunctionalInterface
interface ValueWriter {

  void write(AvroWriter out, @Nullable Object value);

  /** The writer of a column's values. */
  static ValueWriter of(Column column) {
    Present present = present(column);
    boolean nullable = column.nullable();
    return (out, value) -> {
      if (value == null) {
        if (!nullable) {
          throw nullNotAllowed(column);
        }
        out.writeLong(0);
        return;
      }
      if (nullable) {
        out.writeLong(1);
      }
      try {
        present.write(out, value);
      } catch (ClassCastException e) {
        throw new MillraceException(
            ChangelogError.CL_011_VALUE_OF_OTHER_TYPE,
            String.format(
                Locale.ROOT,
                "column %s is %s and was given a %s. The reader of the source has to convert it.",
                column.name(),
                column.type().sql(),
                value.getClass().getName()),
            e);
      }
    };
  }

  static MillraceException nullNotAllowed(Column column) {
    return new MillraceException(
        ChangelogError.CL_010_NULL_NOT_ALLOWED,
        String.format(
            Locale.ROOT,
            "column %s is declared without NULL and was given one. Declare it nullable at the"
                + " source.",
            column.name()));
  }

  /** Writes a value that is not null. */
  @FunctionalInterface
  interface Present {
    void write(AvroWriter out, Object value);
  }

  private static Present present(Column column) {
    return switch (column.type()) {
      case DataType.ListOf(DataType element) -> {
        ValueWriter writer = of(new Column(column.name(), element, true));
        yield (out, value) -> {
          List<?> items = (List<?>) value;
          begin(out, items.size());
          items.forEach(item -> writer.write(out, item));
          end(out);
        };
      }
      case DataType.MapOf(DataType key, DataType value) -> {
        ValueWriter keys = of(new Column(column.name(), key, false));
        ValueWriter values = of(new Column(column.name(), value, true));
        yield (out, map) -> {
          Map<?, ?> entries = (Map<?, ?>) map;
          begin(out, entries.size());
          entries.forEach((k, v) -> {
            keys.write(out, k);
            values.write(out, v);
          });
          end(out);
        };
      }
      case DataType.Struct struct -> {
        List<ValueWriter> fields =
            struct.parts().stream().map(t -> of(new Column(column.name(), t, true))).toList();
        yield (out, value) -> {
          Map<?, ?> byName = (Map<?, ?>) value;
          for (int i = 0; i < fields.size(); i++) {
            fields.get(i).write(out, byName.get(struct.fields().get(i).name()));
          }
        };
      }
      case DataType.Decimal decimal ->
          (out, value) -> out.writeBytes(unscaled(column, decimal, (BigDecimal) value));
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> (out, value) -> out.writeBoolean((Boolean) value);
            case TINYINT -> (out, value) -> out.writeLong(narrow(column, 8, (Integer) value));
            case SMALLINT -> (out, value) -> out.writeLong(narrow(column, 16, (Integer) value));
            case INTEGER, DATE -> (out, value) -> out.writeLong((Integer) value);
            case BIGINT, TIME, TIMESTAMP, TIMESTAMPTZ ->
                (out, value) -> out.writeLong((Long) value);
            case FLOAT -> (out, value) -> out.writeFixedInt(Float.floatToRawIntBits((Float) value));
            case DOUBLE ->
                (out, value) -> out.writeFixedLong(Double.doubleToRawLongBits((Double) value));
            case VARCHAR ->
                (out, value) -> out.writeBytes(((String) value).getBytes(StandardCharsets.UTF_8));
            case UUID ->
                (out, value) ->
                    out.writeBytes(((UUID) value).toString().getBytes(StandardCharsets.US_ASCII));
            case BLOB -> (out, value) -> out.writeBytes((byte[]) value);
          };
    };
  }

  private static void begin(AvroWriter out, int items) {
    if (items > 0) {
      out.writeLong(items);
    }
  }

  /** An empty block ends the items. */
  private static void end(AvroWriter out) {
    out.writeLong(0);
  }

  private static int narrow(Column column, int bits, int value) {
    if (value >> (bits - 1) != value >> 31) {
      throw doesNotFit(column, null);
    }
    return value;
  }

  private static byte[] unscaled(Column column, DataType.Decimal type, BigDecimal value) {
    BigDecimal scaled;
    try {
      scaled = value.setScale(type.scale(), RoundingMode.UNNECESSARY);
    } catch (ArithmeticException e) {
      throw doesNotFit(column, e);
    }
    if (scaled.precision() > type.precision()) {
      throw doesNotFit(column, null);
    }
    return scaled.unscaledValue().toByteArray();
  }

  private static MillraceException doesNotFit(Column column, @Nullable ArithmeticException cause) {
    return new MillraceException(
        ChangelogError.CL_006_VALUE_DOES_NOT_FIT,
        String.format(
            Locale.ROOT,
            "a value of column %s does not fit into %s. Give the column a wider type.",
            column.name(),
            column.type().sql()),
        cause);
  }
}
