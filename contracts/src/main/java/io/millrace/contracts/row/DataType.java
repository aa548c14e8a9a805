package io.millrace.contracts.row;

import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.MillraceException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The type of a column. {@link #sql()} is DuckDB's name of it; {@link AvroRows} gives its Avro
 * form; the lake maps it to Delta. Nested types are not supported yet.
 */
public sealed interface DataType {

  /** DuckDB's name of this type, as {@code DESCRIBE} prints it. */
  String sql();

  /** The types without parameters. */
  enum Simple implements DataType {
    BOOLEAN("BOOLEAN"),
    TINYINT("TINYINT"),
    SMALLINT("SMALLINT"),
    INTEGER("INTEGER"),
    BIGINT("BIGINT"),
    FLOAT("FLOAT"),
    DOUBLE("DOUBLE"),
    VARCHAR("VARCHAR"),
    BLOB("BLOB"),
    DATE("DATE"),
    /** Time of day in microseconds. Only in raw rows: Delta has no such type. */
    TIME("TIME"),
    /** Microseconds without a zone. */
    TIMESTAMP("TIMESTAMP"),
    /** Microseconds since the epoch, UTC. */
    TIMESTAMPTZ("TIMESTAMP WITH TIME ZONE");

    private final String sql;

    Simple(String sql) {
      this.sql = sql;
    }

    @Override
    public String sql() {
      return sql;
    }
  }

  /**
   * An exact number.
   *
   * @param precision digits in all, 1 to 38
   * @param scale digits behind the point, 0 to precision
   */
  record Decimal(int precision, int scale) implements DataType {
    @Override
    public String sql() {
      return "DECIMAL(" + precision + "," + scale + ")";
    }
  }

  /** Whether a Delta table can hold a column of this type. */
  default boolean storable() {
    return this != Simple.TIME;
  }

  /**
   * The type that a stored table uses for what DuckDB calls {@code sqlType}: unsigned and huge
   * integers become the signed or decimal type that holds them, UUID, JSON and ENUM become text.
   *
   * @throws MillraceException CON-001 for a type without a stored form (INTERVAL, nested types)
   */
  static DataType ofSql(String sqlType) {
    String name = sqlType.trim().toUpperCase(Locale.ROOT);
    Matcher decimal = DecimalText.PATTERN.matcher(name);
    if (decimal.matches()) {
      return new Decimal(Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
    }
    if (name.startsWith("ENUM(")) {
      return Simple.VARCHAR;
    }
    return switch (name) {
      case "BOOLEAN", "BOOL" -> Simple.BOOLEAN;
      case "TINYINT" -> Simple.TINYINT;
      case "SMALLINT", "UTINYINT" -> Simple.SMALLINT;
      case "INTEGER", "INT", "USMALLINT" -> Simple.INTEGER;
      case "BIGINT", "LONG", "UINTEGER" -> Simple.BIGINT;
      case "UBIGINT" -> new Decimal(20, 0);
      case "HUGEINT", "UHUGEINT" -> new Decimal(38, 0);
      case "FLOAT", "REAL" -> Simple.FLOAT;
      case "DOUBLE" -> Simple.DOUBLE;
      case "DECIMAL" -> new Decimal(18, 3);
      case "VARCHAR", "TEXT", "STRING", "UUID", "JSON" -> Simple.VARCHAR;
      case "BLOB" -> Simple.BLOB;
      case "DATE" -> Simple.DATE;
      case "TIME" -> Simple.TIME;
      case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATETIME" ->
          Simple.TIMESTAMP;
      case "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ" -> Simple.TIMESTAMPTZ;
      default ->
          throw new MillraceException(
              ContractError.CON_001_TYPE_NOT_SUPPORTED,
              "type " + sqlType + " has no stored form. Cast it to a scalar type such as VARCHAR.");
    };
  }

  /** Holds the pattern of a decimal's text. */
  final class DecimalText {
    private static final Pattern PATTERN =
        Pattern.compile("(?:DECIMAL|NUMERIC)\\(\\s*(\\d+)\\s*,\\s*(\\d+)\\s*\\)");

    private DecimalText() {}
  }
}
