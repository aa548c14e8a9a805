package io.millrace.lake;

import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.DataType;
import java.util.List;

/** The one table of column types, ours and Delta's. TIMESTAMP is Delta's timestamp_ntz. */
final class DeltaTypes {

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
   * @throws MillraceException LK-013 for TIME
   */
  static io.delta.kernel.types.DataType toDelta(String column, DataType type) {
    return switch (type) {
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
            case VARCHAR -> StringType.STRING;
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
      default ->
          throw new MillraceException(
              LakeError.LK_014_NOT_OURS,
              "column " + column + " has Delta type " + type + ", which Millrace never writes.");
    };
  }
}
