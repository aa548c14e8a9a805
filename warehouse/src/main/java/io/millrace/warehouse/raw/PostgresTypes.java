package io.millrace.warehouse.raw;

import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import java.util.Optional;

/** What PostgreSQL's types become in raw rows. */
public final class PostgresTypes {
  private static final int TYPMOD_HEADER = 4;
  private static final int MAX_PRECISION = 38;

  private PostgresTypes() {}

  /**
   * The raw type; empty for types that are not supported, whose columns are left out.
   *
   * @param name {@code pg_type.typname} of the type, or of a domain's base type
   * @param kind {@code pg_type.typtype}: b base, e enum ...
   * @param modifier {@code pg_attribute.atttypmod}; -1 when there is none, as with domains
   */
  public static Optional<DataType> of(String name, char kind, int modifier) {
    if (kind == 'e') {
      return Optional.of(Simple.VARCHAR);
    }
    return switch (name) {
      case "int2" -> Optional.of(Simple.SMALLINT);
      case "int4" -> Optional.of(Simple.INTEGER);
      case "int8" -> Optional.of(Simple.BIGINT);
      case "float4" -> Optional.of(Simple.FLOAT);
      case "float8" -> Optional.of(Simple.DOUBLE);
      case "numeric" -> numeric(modifier);
      case "bool" -> Optional.of(Simple.BOOLEAN);
      case "text", "varchar", "bpchar", "uuid", "json", "jsonb" -> Optional.of(Simple.VARCHAR);
      case "bytea" -> Optional.of(Simple.BLOB);
      case "date" -> Optional.of(Simple.DATE);
      case "time" -> Optional.of(Simple.TIME);
      case "timestamp" -> Optional.of(Simple.TIMESTAMP);
      case "timestamptz" -> Optional.of(Simple.TIMESTAMPTZ);
      default -> Optional.empty();
    };
  }

  /**
   * Exact where a DECIMAL holds it, else text: no digit is lost. A negative scale rounds before the
   * point, one above the precision fills up behind it.
   */
  private static Optional<DataType> numeric(int modifier) {
    if (modifier < TYPMOD_HEADER) {
      return Optional.of(Simple.VARCHAR);
    }
    int precision = ((modifier - TYPMOD_HEADER) >> 16) & 0xffff;
    // Eleven bits with sign: numeric(3,-2) and numeric(3,5) are legal in PostgreSQL.
    int scale = (((modifier - TYPMOD_HEADER) & 0x7ff) ^ 1024) - 1024;
    int digits = scale < 0 ? precision - scale : Math.max(precision, scale);
    if (digits <= MAX_PRECISION) {
      return Optional.of(new DataType.Decimal(digits, Math.max(scale, 0)));
    }
    return scale < 0 ? Optional.empty() : Optional.of(Simple.VARCHAR);
  }
}
