package io.millrace.contracts.row;

import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    Schema schema = new AvroTypes(namespace).record(recordName, row.columns());
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

  /**
   * The column type of a field's Avro type.
   *
   * @throws MillraceException CON-001 for a union of several types, a record that holds itself or
   *     no fields, and null alone
   */
  public static DataType typeOf(Schema record, Schema.Field field) {
    return AvroTypes.typeOf(field.schema())
        .orElseThrow(() ->
            new MillraceException(
                ContractError.CON_001_TYPE_NOT_SUPPORTED,
                "column "
                    + nameOf(field)
                    + " of "
                    + record.getFullName()
                    + " is of Avro type "
                    + field.schema().getType()
                    + " in a form that no column has: a union of several types, or a record without"
                    + " fields or within itself. Send it as a string or leave it out."));
  }
}
