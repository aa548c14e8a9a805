package io.millrace.changelog.codec;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** The Arrow form of column types, as DuckDB reads and writes it. */
final class ArrowTypes {
  static final int UUID_BYTES = 16;

  /** Tells DuckDB what 16 bytes are. It gives them back as text. */
  private static final Map<String, String> UUID_METADATA =
      Map.of("ARROW:extension:name", "arrow.uuid", "ARROW:extension:metadata", "");

  private ArrowTypes() {}

  /** A nullable field: whether NULL may stand in a column is the table's concern. */
  static Field field(Column column) {
    return field(column.name(), column.type());
  }

  private static Field field(String name, DataType type) {
    List<Field> children =
        switch (type) {
          case DataType.Simple simple -> List.of();
          case DataType.Decimal decimal -> List.of();
          case DataType.ListOf(DataType element) -> List.of(field("element", element));
          case DataType.Struct struct ->
              struct.fields().stream().map(f -> field(f.name(), f.type())).toList();
          case DataType.MapOf(DataType key, DataType value) ->
              List.of(
                  new Field(
                      "entries",
                      FieldType.notNullable(new ArrowType.Struct()),
                      List.of(required(field("key", key)), field("value", value))));
        };
    return new Field(
        name,
        new FieldType(
            true, of(type), null, type == DataType.Simple.UUID ? UUID_METADATA : Map.of()),
        children);
  }

  private static Field required(Field field) {
    return new Field(
        field.getName(),
        new FieldType(false, field.getType(), null, field.getMetadata()),
        field.getChildren());
  }

  static ArrowType of(DataType type) {
    return switch (type) {
      case DataType.ListOf list -> new ArrowType.List();
      case DataType.Struct struct -> new ArrowType.Struct();
      case DataType.MapOf map -> new ArrowType.Map(false);
      case DataType.Decimal(int precision, int scale) ->
          new ArrowType.Decimal(precision, scale, 128);
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> new ArrowType.Bool();
            case TINYINT -> new ArrowType.Int(8, true);
            case SMALLINT -> new ArrowType.Int(16, true);
            case INTEGER -> new ArrowType.Int(32, true);
            case BIGINT -> new ArrowType.Int(64, true);
            case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
            case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case VARCHAR -> new ArrowType.Utf8();
            case BLOB -> new ArrowType.Binary();
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
            case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
            case TIMESTAMPTZ -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
            case UUID -> new ArrowType.FixedSizeBinary(UUID_BYTES);
          };
    };
  }
}
