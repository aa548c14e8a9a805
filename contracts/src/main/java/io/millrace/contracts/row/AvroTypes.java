package io.millrace.contracts.row;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The Avro form of column types and back. A struct is a record of its own, named after the way to
 * it; a map is Avro's when its keys are text, else an array of records of key and value.
 */
final class AvroTypes {
  /** Property that tells a type from others of the same Avro form. */
  private static final String TYPE_PROPERTY = "millrace.type";

  private static final String MAP = "MAP";

  private final String namespace;
  private final Set<String> recordNames = new HashSet<>();

  AvroTypes(String namespace) {
    this.namespace = namespace;
  }

  Schema record(String name, List<Column> columns) {
    String unused = name;
    for (int i = 2; !recordNames.add(unused); i++) {
      unused = name + "_" + i;
    }
    List<Schema.Field> fields = new ArrayList<>();
    for (Column column : columns) {
      String avroName = avroName(column.name());
      Schema type = of(unused + "_" + avroName, column.type());
      Schema.Field field =
          column.nullable()
              ? new Schema.Field(avroName, nullable(type), null, JsonProperties.NULL_VALUE)
              : new Schema.Field(avroName, type, null, null);
      if (!avroName.equals(column.name())) {
        field.addProp(AvroRows.NAME_PROPERTY, column.name());
      }
      fields.add(field);
    }
    return Schema.createRecord(unused, null, namespace, false, fields);
  }

  private Schema of(String path, DataType type) {
    return switch (type) {
      case DataType.Decimal(int precision, int scale) ->
          LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Schema.Type.BYTES));
      case DataType.Simple simple -> of(simple);
      case DataType.ListOf(DataType element) ->
          Schema.createArray(nullable(of(path + "_element", element)));
      case DataType.Struct struct ->
          record(
              path,
              struct.fields().stream().map(f -> new Column(f.name(), f.type(), true)).toList());
      case DataType.MapOf(DataType key, DataType value) -> {
        if (key == DataType.Simple.VARCHAR) {
          yield Schema.createMap(nullable(of(path + "_value", value)));
        }
        Schema entries =
            Schema.createArray(
                record(
                    path + "_entry",
                    List.of(new Column("key", key, false), new Column("value", value, true))));
        entries.addProp(TYPE_PROPERTY, MAP);
        yield entries;
      }
    };
  }

  private static Schema of(DataType.Simple type) {
    return switch (type) {
      case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
      case TINYINT, SMALLINT -> {
        Schema schema = Schema.create(Schema.Type.INT);
        schema.addProp(TYPE_PROPERTY, type.name());
        yield schema;
      }
      case INTEGER -> Schema.create(Schema.Type.INT);
      case BIGINT -> Schema.create(Schema.Type.LONG);
      case FLOAT -> Schema.create(Schema.Type.FLOAT);
      case DOUBLE -> Schema.create(Schema.Type.DOUBLE);
      case VARCHAR -> Schema.create(Schema.Type.STRING);
      case UUID -> LogicalTypes.uuid().addToSchema(Schema.create(Schema.Type.STRING));
      case BLOB -> Schema.create(Schema.Type.BYTES);
      case DATE -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
      case TIME -> LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case TIMESTAMP ->
          LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case TIMESTAMPTZ ->
          LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    };
  }

  private static Schema nullable(Schema type) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), type);
  }

  /** The column type of an Avro type; empty if there is none. */
  static Optional<DataType> typeOf(Schema schema) {
    return typeOf(schema, Set.of());
  }

  /**
   * As above.
   *
   * @param outer names of the records that it is in, none of which has a type again
   */
  private static Optional<DataType> typeOf(Schema union, Set<String> outer) {
    Schema schema = AvroRows.nonNull(union).orElse(null);
    if (schema == null) {
      return Optional.empty();
    }
    LogicalType logical = schema.getLogicalType();
    return switch (schema.getType()) {
      case BOOLEAN -> Optional.of(DataType.Simple.BOOLEAN);
      case INT ->
          Optional.of(
              logical instanceof LogicalTypes.Date
                  ? DataType.Simple.DATE
                  : narrow(schema.getProp(TYPE_PROPERTY)));
      case LONG -> Optional.of(longType(logical));
      case FLOAT -> Optional.of(DataType.Simple.FLOAT);
      case DOUBLE -> Optional.of(DataType.Simple.DOUBLE);
      case STRING ->
          Optional.of(
              logical instanceof LogicalTypes.Uuid
                  ? DataType.Simple.UUID
                  : DataType.Simple.VARCHAR);
      case ENUM -> Optional.of(DataType.Simple.VARCHAR);
      case BYTES, FIXED ->
          Optional.of(
              switch (logical) {
                case LogicalTypes.Decimal decimal ->
                    new DataType.Decimal(decimal.getPrecision(), decimal.getScale());
                case LogicalTypes.Uuid uuid -> DataType.Simple.UUID;
                case null, default -> DataType.Simple.BLOB;
              });
      case ARRAY ->
          typeOf(schema.getElementType(), outer)
              .map(e ->
                  MAP.equals(schema.getProp(TYPE_PROPERTY))
                          && e instanceof DataType.Struct entry
                          && entry.fields().size() == 2
                      ? new DataType.MapOf(entry.parts().getFirst(), entry.parts().getLast())
                      : new DataType.ListOf(e));
      case MAP ->
          typeOf(schema.getValueType(), outer)
              .map(v -> new DataType.MapOf(DataType.Simple.VARCHAR, v));
      case RECORD -> struct(schema, outer);
      case UNION, NULL -> Optional.empty();
    };
  }

  private static Optional<DataType> struct(Schema record, Set<String> outer) {
    Set<String> path = new HashSet<>(outer);
    if (!path.add(record.getFullName()) || record.getFields().isEmpty()) {
      return Optional.empty();
    }
    Set<String> names = new HashSet<>();
    List<DataType.Struct.Field> fields = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      Optional<DataType> type = typeOf(field.schema(), path);
      if (type.isEmpty() || !names.add(AvroRows.nameOf(field).toLowerCase(Locale.ROOT))) {
        return Optional.empty();
      }
      fields.add(new DataType.Struct.Field(AvroRows.nameOf(field), type.get()));
    }
    return Optional.of(new DataType.Struct(fields));
  }

  private static DataType narrow(@Nullable String type) {
    return switch (type) {
      case "TINYINT" -> DataType.Simple.TINYINT;
      case "SMALLINT" -> DataType.Simple.SMALLINT;
      case null, default -> DataType.Simple.INTEGER;
    };
  }

  private static DataType longType(@Nullable LogicalType logical) {
    return switch (logical) {
      case LogicalTypes.TimestampMicros micros -> DataType.Simple.TIMESTAMPTZ;
      case LogicalTypes.LocalTimestampMicros micros -> DataType.Simple.TIMESTAMP;
      case LogicalTypes.TimeMicros micros -> DataType.Simple.TIME;
      case null, default -> DataType.Simple.BIGINT;
    };
  }

  private static String avroName(String column) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < column.length(); i++) {
      char c = column.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9';
      if (letter || (digit && i > 0)) {
        name.append(c);
      } else {
        name.append("_x").append(Integer.toHexString(c)).append('_');
      }
    }
    return name.toString();
  }
}
