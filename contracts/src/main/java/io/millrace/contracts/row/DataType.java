package io.millrace.contracts.row;

import io.millrace.contracts.error.MillraceException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The type of a column. {@link #sql()} is DuckDB's name of it; {@link AvroRows} gives its Avro
 * form; the lake maps it to Delta.
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
    TIMESTAMPTZ("TIMESTAMP WITH TIME ZONE"),
    /** 128 bits, told as text of 36 characters wherever there is no such type. */
    UUID("UUID");

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

  /**
   * A type made of others, any of whose values may be NULL but a map's keys. None can be a key or
   * be ordered by.
   */
  sealed interface Nested extends DataType {

    /** The types that it is made of. */
    List<DataType> parts();
  }

  /**
   * Any number of values in order.
   *
   * @param element their type
   */
  record ListOf(DataType element) implements Nested {
    @Override
    public String sql() {
      return element.sql() + "[]";
    }

    @Override
    public List<DataType> parts() {
      return List.of(element);
    }
  }

  /**
   * A fixed set of named values.
   *
   * @param fields at least one; names are compared without case
   */
  record Struct(List<Field> fields) implements Nested {

    /** A named value. */
    public record Field(String name, DataType type) {}

    public Struct {
      fields = List.copyOf(fields);
    }

    @Override
    public String sql() {
      return fields.stream()
          .map(f -> '"' + f.name().replace("\"", "\"\"") + "\" " + f.type().sql())
          .collect(Collectors.joining(", ", "STRUCT(", ")"));
    }

    @Override
    public List<DataType> parts() {
      return fields.stream().map(Field::type).toList();
    }
  }

  /**
   * Values by key, in the order in which they were written.
   *
   * @param key type of the keys, none of which is there twice
   * @param value type of the values
   */
  record MapOf(DataType key, DataType value) implements Nested {
    @Override
    public String sql() {
      return "MAP(" + key.sql() + ", " + value.sql() + ")";
    }

    @Override
    public List<DataType> parts() {
      return List.of(key, value);
    }
  }

  /** Whether a Delta table can hold a column of this type. */
  default boolean storable() {
    return this instanceof Nested nested
        ? nested.parts().stream().allMatch(DataType::storable)
        : this != Simple.TIME;
  }

  /** Whether a table can be partitioned by such a column: all engines write its text alike. */
  default boolean partitions() {
    return this instanceof Simple simple
        && switch (simple) {
          case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, VARCHAR, DATE -> true;
          case FLOAT, DOUBLE, BLOB, TIME, TIMESTAMP, TIMESTAMPTZ, UUID -> false;
        };
  }

  /**
   * The type that a stored table uses for what DuckDB calls {@code sqlType}: unsigned and huge
   * integers become the signed or decimal type that holds them, JSON and ENUM become text, an array
   * of fixed length a list.
   *
   * @throws MillraceException CON-001 for a type without a stored form (INTERVAL, UNION)
   */
  static DataType ofSql(String sqlType) {
    return new TypeText(sqlType).parse();
  }
}
