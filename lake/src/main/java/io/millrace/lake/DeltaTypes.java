package io.millrace.lake;

import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FieldMetadata;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The one table of column types, ours and Delta's. TIMESTAMP is Delta's timestamp_ntz; a UUID is a
 * string in Delta and in files. The fields of a struct have the ids that follow their column's, and
 * in files the names that they have in the table.
 */
final class DeltaTypes {
  static final String ID = "delta.columnMapping.id";
  static final String PHYSICAL_NAME = "delta.columnMapping.physicalName";

  /** Parquet and Delta cannot hold these in the name of a struct's field. */
  private static final Pattern FORBIDDEN = Pattern.compile("[ ,;{}()\\n\\t=.\"]|^$");

  /** By width. */
  private static final List<DataType> INTEGERS =
      List.of(
          DataType.Simple.TINYINT,
          DataType.Simple.SMALLINT,
          DataType.Simple.INTEGER,
          DataType.Simple.BIGINT);

  private DeltaTypes() {}

  /**
   * Delta's type of ours.
   *
   * @param id the column's
   * @throws MillraceException LK-013 for TIME, and for a struct's field without a plain name
   */
  static io.delta.kernel.types.DataType toDelta(String column, DataType type, int id) {
    return toDelta(column, type, IntStream.iterate(id + 1, i -> i + 1).iterator());
  }

  /** How many ids a column of this type takes beside its own. */
  static int fieldsIn(DataType type) {
    return switch (type) {
      case DataType.Simple _, DataType.Decimal _ -> 0;
      case DataType.Nested nested ->
          (nested instanceof DataType.Struct ? nested.parts().size() : 0)
              + nested.parts().stream().mapToInt(DeltaTypes::fieldsIn).sum();
    };
  }

  /** The type that a column has in files. */
  static DataType stored(DataType type) {
    return switch (type) {
      case DataType.Simple simple ->
          simple == DataType.Simple.UUID ? DataType.Simple.VARCHAR : simple;
      case DataType.Decimal decimal -> decimal;
      case DataType.ListOf(DataType element) -> new DataType.ListOf(stored(element));
      case DataType.MapOf(DataType key, DataType value) ->
          new DataType.MapOf(stored(key), stored(value));
      case DataType.Struct struct ->
          new DataType.Struct(
              struct.fields().stream()
                  .map(f -> new DataType.Struct.Field(f.name(), stored(f.type())))
                  .toList());
    };
  }

  /** What COPY's option FIELD_IDS says of a column. */
  static String fieldIds(DataType type, int id) {
    return fieldsIn(type) == 0
        ? String.valueOf(id)
        : "{__duckdb_field_id: "
            + id
            + ", "
            + partIds(type, IntStream.iterate(id + 1, i -> i + 1).iterator())
            + "}";
  }

  private static String partIds(DataType type, PrimitiveIterator.OfInt ids) {
    return switch (type) {
      case DataType.Simple _, DataType.Decimal _ -> "";
      case DataType.ListOf(DataType element) -> "element: {" + partIds(element, ids) + "}";
      case DataType.MapOf(DataType key, DataType value) -> {
        String ofKey = partIds(key, ids);
        yield "key: {" + ofKey + "}, value: {" + partIds(value, ids) + "}";
      }
      case DataType.Struct struct ->
          struct.fields().stream()
              .map(f -> {
                int id = ids.nextInt();
                String parts = partIds(f.type(), ids);
                return Text.of(
                    "%s: {__duckdb_field_id: %d%s}",
                    Sql.name(f.name()), id, parts.isEmpty() ? "" : ", " + parts);
              })
              .collect(Collectors.joining(", "));
    };
  }

  private static io.delta.kernel.types.DataType toDelta(
      String column, DataType type, PrimitiveIterator.OfInt ids) {
    return switch (type) {
      case DataType.ListOf(DataType element) -> new ArrayType(toDelta(column, element, ids), true);
      case DataType.MapOf(DataType key, DataType value) -> {
        io.delta.kernel.types.DataType keys = toDelta(column, key, ids);
        yield new MapType(keys, toDelta(column, value, ids), true);
      }
      case DataType.Struct struct -> {
        List<StructField> fields = new ArrayList<>();
        for (DataType.Struct.Field field : struct.fields()) {
          if (FORBIDDEN.matcher(field.name()).find()) {
            throw new MillraceException(
                LakeError.LK_013_TYPE_NOT_STORABLE,
                "column "
                    + column
                    + " has a struct whose field "
                    + field.name()
                    + " has no plain name, as files need. Rename the field.");
          }
          FieldMetadata metadata =
              FieldMetadata.builder()
                  .putLong(ID, ids.nextInt())
                  .putString(PHYSICAL_NAME, field.name())
                  .build();
          fields.add(
              new StructField(field.name(), toDelta(column, field.type(), ids), true, metadata));
        }
        yield new StructType(fields);
      }
      case DataType.Decimal(int precision, int scale) -> new DecimalType(precision, scale);
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> BooleanType.BOOLEAN;
            case TINYINT -> ByteType.BYTE;
            case SMALLINT -> ShortType.SHORT;
            case INTEGER -> IntegerType.INTEGER;
            case BIGINT -> LongType.LONG;
            case FLOAT -> FloatType.FLOAT;
            case DOUBLE -> DoubleType.DOUBLE;
            case VARCHAR, UUID -> StringType.STRING;
            case BLOB -> BinaryType.BINARY;
            case DATE -> DateType.DATE;
            case TIMESTAMP -> TimestampNTZType.TIMESTAMP_NTZ;
            case TIMESTAMPTZ -> TimestampType.TIMESTAMP;
            case TIME ->
                throw new MillraceException(
                    LakeError.LK_013_TYPE_NOT_STORABLE,
                    "column "
                        + column
                        + " has type TIME, which Delta does not have. Cast it to VARCHAR, or add"
                        + " its date and make it a TIMESTAMP.");
          };
    };
  }

  /**
   * Whether a column may go over to a wider type with its files as they are: what Delta's
   * typeWidening allows, but for dates that become timestamps, whose old statistics would be read
   * wrongly.
   */
  static boolean widens(DataType from, DataType to) {
    if (to instanceof DataType.Decimal(int precision, int scale)) {
      int before = precision - scale;
      return switch (from) {
        case DataType.Decimal(int fromPrecision, int fromScale) ->
            !from.equals(to) && scale >= fromScale && before >= fromPrecision - fromScale;
        case DataType.Simple simple ->
            INTEGERS.contains(simple) && before >= (simple == DataType.Simple.BIGINT ? 20 : 10);
        case DataType.Nested _ -> false;
      };
    }
    int fromWidth = INTEGERS.indexOf(from);
    boolean integer = fromWidth >= 0;
    if (to == DataType.Simple.DOUBLE) {
      return from == DataType.Simple.FLOAT || (integer && from != DataType.Simple.BIGINT);
    }
    return integer && INTEGERS.indexOf(to) > fromWidth;
  }

  /**
   * Our type of Delta's.
   *
   * @throws MillraceException LK-014 for a type that we never write
   */
  static DataType ofDelta(String column, io.delta.kernel.types.DataType type) {
    return switch (type) {
      case DecimalType decimal -> new DataType.Decimal(decimal.getPrecision(), decimal.getScale());
      case BooleanType _ -> DataType.Simple.BOOLEAN;
      case ByteType _ -> DataType.Simple.TINYINT;
      case ShortType _ -> DataType.Simple.SMALLINT;
      case IntegerType _ -> DataType.Simple.INTEGER;
      case LongType _ -> DataType.Simple.BIGINT;
      case FloatType _ -> DataType.Simple.FLOAT;
      case DoubleType _ -> DataType.Simple.DOUBLE;
      case StringType _ -> DataType.Simple.VARCHAR;
      case BinaryType _ -> DataType.Simple.BLOB;
      case DateType _ -> DataType.Simple.DATE;
      case TimestampNTZType _ -> DataType.Simple.TIMESTAMP;
      case TimestampType _ -> DataType.Simple.TIMESTAMPTZ;
      case ArrayType array -> new DataType.ListOf(ofDelta(column, array.getElementType()));
      case MapType map ->
          new DataType.MapOf(
              ofDelta(column, map.getKeyType()), ofDelta(column, map.getValueType()));
      case StructType struct ->
          new DataType.Struct(
              struct.fields().stream()
                  .map(
                      f -> new DataType.Struct.Field(f.getName(), ofDelta(column, f.getDataType())))
                  .toList());
      default ->
          throw new MillraceException(
              LakeError.LK_014_NOT_OURS,
              "column " + column + " has Delta type " + type + ", which Millrace never writes.");
    };
  }
}
