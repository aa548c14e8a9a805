package io.millrace.ingest.cdc;

import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Decimal;
import io.millrace.contracts.row.DataType.Simple;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which of PostgreSQL's types can be columns, and as what. */
final class PostgresTypes {
  private static final int DIGITS_MAX = 38;

  private PostgresTypes() {}

  /**
   * @param typeName name in {@code pg_type}, or what Debezium calls it
   * @param precision of a numeric, 0 if it is not limited
   * @param scale of a numeric, signed
   * @return null if such a column is left out
   */
  static @Nullable DataType of(String typeName, int precision, int scale) {
    return switch (typeName.toLowerCase(Locale.ROOT)) {
      case "bool" -> Simple.BOOLEAN;
      case "int2", "smallserial" -> Simple.SMALLINT;
      case "int4", "serial" -> Simple.INTEGER;
      case "int8", "bigserial" -> Simple.BIGINT;
      case "float4" -> Simple.FLOAT;
      case "float8" -> Simple.DOUBLE;
      case "numeric" -> decimal(precision, scale);
      case "text", "varchar", "bpchar", "uuid", "json", "jsonb" -> Simple.VARCHAR;
      case "bytea" -> Simple.BLOB;
      case "date" -> Simple.DATE;
      case "time" -> Simple.TIME;
      case "timestamp" -> Simple.TIMESTAMP;
      case "timestamptz" -> Simple.TIMESTAMPTZ;
      default -> null;
    };
  }

  /**
   * The type of a value whose type name is that of a domain or an enum.
   *
   * @param typeName what Debezium calls the type
   * @param connectType how Debezium writes its values
   * @return null if it is a known type that is left out
   */
  static @Nullable DataType ofDomain(String typeName, String connectType) {
    return switch (typeName.toLowerCase(Locale.ROOT)) {
      case "oid",
          "bit",
          "varbit",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "money",
          "citext",
          "isbn",
          "name",
          "char",
          "interval",
          "xml",
          "hstore",
          "ltree",
          "point",
          "tsvector",
          "tsquery",
          "timetz",
          "int4range",
          "int8range",
          "numrange",
          "tsrange",
          "tstzrange",
          "daterange" ->
          null;
      default ->
          switch (connectType) {
            case "boolean" -> Simple.BOOLEAN;
            case "int16" -> Simple.SMALLINT;
            case "int32" -> Simple.INTEGER;
            case "int64" -> Simple.BIGINT;
            case "float32" -> Simple.FLOAT;
            case "float64" -> Simple.DOUBLE;
            case "string" -> Simple.VARCHAR;
            case "bytes" -> Simple.BLOB;
            default -> null;
          };
    };
  }

  /** A negative scale rounds before the point, one above the precision fills up behind it. */
  private static @Nullable DataType decimal(int precision, int scale) {
    int digits = scale < 0 ? precision - scale : Math.max(precision, scale);
    if (precision >= 1 && digits <= DIGITS_MAX) {
      return new Decimal(digits, Math.max(scale, 0));
    }
    // Numbers that no decimal holds are passed on as their text.
    return scale < 0 ? null : Simple.VARCHAR;
  }

  /** The scale of a numeric, which PostgreSQL keeps as a signed number of 11 bits. */
  static int signedScale(int bits) {
    return ((bits & 0x7FF) ^ 0x400) - 0x400;
  }
}
