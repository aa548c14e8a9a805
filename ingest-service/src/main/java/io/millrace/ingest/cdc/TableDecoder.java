package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.ingest.SourceEvent.Op;
import io.millrace.ingest.SourceEvent.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Turns Debezium's records of one table into rows; knows the table's columns of the moment. */
final class TableDecoder {
  private final Database database;
  private final CapturedTable table;
  private final String placeholder;
  private RowSchema schema;
  private @Nullable Schema envelope;
  private List<ColumnReader> readers = List.of();
  private int[] keyPlaces = {};

  TableDecoder(Database database, CapturedTable table, String placeholder) {
    this.database = database;
    this.table = table;
    this.placeholder = placeholder;
    this.schema = table.schema();
  }

  /**
   * The rows of one change.
   *
   * @param before null where it is not known whole
   */
  record Rows(
      @Nullable Object @Nullable [] key,
      @Nullable Object @Nullable [] before,
      @Nullable Object @Nullable [] after) {}

  String resource() {
    return table.declared().resource();
  }

  /** The new shape, if the record's columns are others than those of the last one. */
  @Nullable Shape shapeOf(SourceRecord record) {
    Schema current = record.valueSchema();
    if (current.equals(envelope)) {
      return null;
    }
    envelope = current;
    readers = new ArrayList<>();
    for (Field field : current.field("after").schema().fields()) {
      ColumnReader reader = ColumnReader.of(field, table.leftOut());
      if (reader != null) {
        readers.add(reader);
      }
    }
    List<String> key = key(record.keySchema());
    if (!key.equals(schema.key())) {
      throw keyChanged();
    }
    List<Column> columns =
        readers.stream().map(r -> new Column(r.name(), r.type(), !key.contains(r.name()))).toList();
    RowSchema found = new RowSchema(columns, key);
    List<String> names = found.names();
    keyPlaces = key.stream().mapToInt(names::indexOf).toArray();
    if (!names.containsAll(key)) {
      throw new MillraceException(
          IngestError.ING_006_PRIMARY_KEY_MISSING,
          database.about()
              + ": a column of the primary key of table "
              + Sql.table(table.declared())
              + " was dropped, so its changes cannot be told apart. Give the table a primary key,"
              + " then take a new snapshot of the source.");
    }
    if (found.equals(schema)) {
      return null;
    }
    schema = found;
    return new Shape(resource(), found);
  }

  /** The key's columns; in the order known so far where they are the same, as records have none. */
  private List<String> key(@Nullable Schema keySchema) {
    if (keySchema == null) {
      return schema.key();
    }
    List<String> names = keySchema.fields().stream().map(Field::name).toList();
    return new HashSet<>(names).equals(new HashSet<>(schema.key())) ? schema.key() : names;
  }

  private MillraceException keyChanged() {
    return new MillraceException(
        IngestError.ING_022_TABLE_NOT_CAPTURED_YET,
        database.about()
            + ": table "
            + Sql.table(table.declared())
            + " has another primary key since the last snapshot. The source is read anew.");
  }

  Rows rows(Op op, Struct value) {
    if (op == Op.TRUNCATE) {
      return new Rows(null, null, null);
    }
    @Nullable Object[] old = row(value.getStruct("before"));
    @Nullable Object[] after = row(value.getStruct("after"));
    @Nullable Object[] before = old != null && isWhole(old) ? old : null;
    if (after != null) {
      fill(after, before);
    }
    @Nullable Object[] image = after != null ? after : old;
    return new Rows(image == null ? null : keyOf(image), before, after);
  }

  private @Nullable Object @Nullable [] row(@Nullable Struct struct) {
    if (struct == null) {
      return null;
    }
    @Nullable Object[] row = new @Nullable Object[readers.size()];
    for (int i = 0; i < row.length; i++) {
      ColumnReader reader = readers.get(i);
      try {
        row[i] = reader.read(struct, placeholder);
      } catch (ArithmeticException e) {
        throw ValueRange.outside(database.about(), Sql.table(table.declared()), reader.name());
      }
    }
    return row;
  }

  private @Nullable Object[] keyOf(@Nullable Object[] row) {
    @Nullable Object[] key = new @Nullable Object[keyPlaces.length];
    for (int i = 0; i < key.length; i++) {
      key[i] = row[keyPlaces[i]];
    }
    return key;
  }

  /**
   * Whether an old row is more than its key. The log may still hold changes from before the table
   * was set to log whole rows; such old rows have nothing beside the key.
   */
  private boolean isWhole(@Nullable Object[] row) {
    if (!table.logsWholeOldRows()) {
      return false;
    }
    int filled = 0;
    for (Object value : row) {
      if (value instanceof ColumnReader.Unavailable) {
        return false;
      }
      filled += value == null ? 0 : 1;
    }
    return filled > keyPlaces.length || row.length == keyPlaces.length;
  }

  private void fill(@Nullable Object[] after, @Nullable Object @Nullable [] before) {
    for (int i = 0; i < after.length; i++) {
      if (after[i] instanceof ColumnReader.Unavailable) {
        if (before == null) {
          throw notLogged(readers.get(i).name());
        }
        after[i] = before[i];
      }
    }
  }

  private MillraceException notLogged(String column) {
    String name = Sql.table(table.declared());
    return new MillraceException(
        IngestError.ING_012_VALUE_NOT_LOGGED,
        database.about()
            + ": a row of table "
            + name
            + " was updated without its large column "
            + Sql.name(column)
            + ", whose unchanged value PostgreSQL leaves out of its log. Run: ALTER TABLE "
            + name
            + " REPLICA IDENTITY FULL; and then take a new snapshot of the source, because what is"
            + " in the log already stays without the value.");
  }
}
