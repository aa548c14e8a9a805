package io.millrace.contracts.row;

import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/**
 * The Avro form of rows, keys and changes. A change has Debezium's envelope shape: {@code before},
 * {@code after} (nullable rows), {@code op}, {@code source}, {@code transaction}, {@code ts_us}.
 * Columns whose names Avro does not allow keep their name in the property {@code millrace.name}.
 */
public final class AvroRows {
  /** Property of a field: the column's true name, where Avro's rules forbid it. */
  public static final String NAME_PROPERTY = "millrace.name";

  /** Property of a row schema: the key's column names, in order. */
  public static final String KEY_PROPERTY = "millrace.key";

  private AvroRows() {}

  /**
   * The record {@code namespace.recordName} of these columns; nullable columns are unions with
   * null.
   */
  public static Schema record(String namespace, String recordName, RowSchema row) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Column column : row.columns()) {
      Schema type = type(column.type());
      String avroName = avroName(column.name());
      Schema.Field field =
          column.nullable()
              ? new Schema.Field(
                  avroName,
                  Schema.createUnion(Schema.create(Schema.Type.NULL), type),
                  null,
                  JsonProperties.NULL_VALUE)
              : new Schema.Field(avroName, type, null, null);
      if (!avroName.equals(column.name())) {
        field.addProp(NAME_PROPERTY, column.name());
      }
      fields.add(field);
    }
    Schema schema = Schema.createRecord(recordName, null, namespace, false, fields);
    schema.addProp(KEY_PROPERTY, row.key());
    return schema;
  }

  /**
   * The envelope of a change of such rows.
   *
   * @param namespace Avro namespace, one a topic
   * @param row the columns of before and after
   * @param source the schema of the source block, see {@link EnvelopeSchemas}
   */
  public static Schema envelope(String namespace, RowSchema row, Schema source) {
    Schema value = record(namespace, "Row", row);
    Schema nullableRow = Schema.createUnion(Schema.create(Schema.Type.NULL), value);
    return SchemaBuilder.record("Change")
        .namespace(namespace)
        .fields()
        .name("before")
        .type(nullableRow)
        .withDefault(null)
        .name("after")
        .type(nullableRow)
        .withDefault(null)
        .name("op")
        .type()
        .stringType()
        .noDefault()
        .name("source")
        .type(source)
        .noDefault()
        .name("transaction")
        .type(Schema.createUnion(Schema.create(Schema.Type.NULL), EnvelopeSchemas.TRANSACTION))
        .withDefault(null)
        .name("ts_us")
        .type(EnvelopeSchemas.INSTANT)
        .noDefault()
        .endRecord();
  }

  /**
   * The columns and key that a record schema made by {@link #record} or by a producer describes.
   */
  public static RowSchema rowOf(Schema record) {
    List<Column> columns = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      boolean nullable = field.schema().getType() == Schema.Type.UNION;
      columns.add(new Column(nameOf(field), typeOf(record, field), nullable));
    }
    Object key = record.getObjectProp(KEY_PROPERTY);
    List<String> keyNames =
        key instanceof List<?> names ? names.stream().map(Object::toString).toList() : List.of();
    return new RowSchema(columns, keyNames);
  }

  /** The row record inside an envelope. */
  public static Schema rowRecord(Schema envelope) {
    return nonNull(envelope.getField("after").schema())
        .orElseThrow(() ->
            new MillraceException(
                ContractError.CON_002_NOT_AN_ENVELOPE,
                "schema " + envelope.getFullName() + " has no row record under after."));
  }

  /** The column name that a field stands for. */
  public static String nameOf(Schema.Field field) {
    String name = field.getProp(NAME_PROPERTY);
    return name == null ? field.name() : name;
  }

  /** The branch of a union that is not null, or the schema itself. */
  public static Optional<Schema> nonNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return Optional.of(schema);
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    return branches.size() == 1 ? Optional.of(branches.getFirst()) : Optional.empty();
  }

  /** The column type of a field's Avro type. */
  public static DataType typeOf(Schema record, Schema.Field field) {
    Schema schema =
        nonNull(field.schema())
            .orElseThrow(() -> unsupported(record, field, "a union of several types"));
    LogicalType logical = schema.getLogicalType();
    return switch (schema.getType()) {
      case BOOLEAN -> DataType.Simple.BOOLEAN;
      case INT ->
          logical instanceof LogicalTypes.Date
              ? DataType.Simple.DATE
              : narrow(schema.getProp("millrace.type"));
      case LONG -> longType(logical);
      case FLOAT -> DataType.Simple.FLOAT;
      case DOUBLE -> DataType.Simple.DOUBLE;
      case STRING, ENUM -> DataType.Simple.VARCHAR;
      case BYTES, FIXED ->
          logical instanceof LogicalTypes.Decimal decimal
              ? new DataType.Decimal(decimal.getPrecision(), decimal.getScale())
              : DataType.Simple.BLOB;
      case RECORD, ARRAY, MAP, UNION, NULL ->
          throw unsupported(record, field, "type " + schema.getType());
    };
  }

  private static DataType narrow(@org.jspecify.annotations.Nullable String type) {
    return switch (type) {
      case "TINYINT" -> DataType.Simple.TINYINT;
      case "SMALLINT" -> DataType.Simple.SMALLINT;
      case null, default -> DataType.Simple.INTEGER;
    };
  }

  private static DataType longType(@org.jspecify.annotations.Nullable LogicalType logical) {
    return switch (logical) {
      case LogicalTypes.TimestampMicros micros -> DataType.Simple.TIMESTAMPTZ;
      case LogicalTypes.LocalTimestampMicros micros -> DataType.Simple.TIMESTAMP;
      case LogicalTypes.TimeMicros micros -> DataType.Simple.TIME;
      case null, default -> DataType.Simple.BIGINT;
    };
  }

  private static Schema type(DataType type) {
    return switch (type) {
      case DataType.Decimal(int precision, int scale) ->
          LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Schema.Type.BYTES));
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
            case TINYINT, SMALLINT -> {
              Schema schema = Schema.create(Schema.Type.INT);
              schema.addProp("millrace.type", simple.name());
              yield schema;
            }
            case INTEGER -> Schema.create(Schema.Type.INT);
            case BIGINT -> Schema.create(Schema.Type.LONG);
            case FLOAT -> Schema.create(Schema.Type.FLOAT);
            case DOUBLE -> Schema.create(Schema.Type.DOUBLE);
            case VARCHAR -> Schema.create(Schema.Type.STRING);
            case BLOB -> Schema.create(Schema.Type.BYTES);
            case DATE -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
            case TIME -> LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
            case TIMESTAMP ->
                LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
            case TIMESTAMPTZ ->
                LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
          };
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

  private static MillraceException unsupported(Schema record, Schema.Field field, String what) {
    return new MillraceException(
        ContractError.CON_001_TYPE_NOT_SUPPORTED,
        "column "
            + nameOf(field)
            + " of "
            + record.getFullName()
            + " is "
            + what
            + ", which has no column form yet. Send it as a string or leave it out.");
  }
}
