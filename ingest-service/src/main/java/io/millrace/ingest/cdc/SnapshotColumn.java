package io.millrace.ingest.cdc;

import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Decimal;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.ingest.cdc.CapturedTable.CapturedColumn;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How a column of a snapshot is asked for and read.
 *
 * @param name of the column
 * @param type its type
 * @param sql the expression that brings its value near the form that events have
 */
record SnapshotColumn(String name, DataType type, String sql) {

  static SnapshotColumn of(CapturedColumn column) {
    String name = Sql.name(column.name());
    String sql =
        switch (column.type()) {
          case Decimal _ -> name + "::text";
          case DataType.Nested _ -> name;
          case Simple simple ->
              switch (simple) {
                case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, BLOB, UUID -> name;
                // A cast would cut the blanks that a char(n) is padded with.
                case VARCHAR -> column.typeName().equals("bpchar") ? name : name + "::text";
                case DATE -> finite(name, name + " - DATE '1970-01-01'", "'-2147483648'::int");
                case TIMESTAMP, TIMESTAMPTZ ->
                    finite(name, micros(name), "'-9223372036854775808'::bigint");
                case TIME -> micros(name);
              };
        };
    return new SnapshotColumn(column.name(), column.type(), sql);
  }

  private static String finite(String name, String sql, String otherwise) {
    return "CASE WHEN isfinite("
        + name
        + ") THEN "
        + sql
        + " WHEN "
        + name
        + " IS NULL THEN NULL"
        + " ELSE "
        + otherwise
        + " END";
  }

  private static String micros(String name) {
    return "(extract(epoch FROM " + name + ") * 1000000)::bigint";
  }

  /** The value in the form that {@link io.millrace.ingest.SourceEvent.Change} says. */
  @Nullable Object read(ResultSet row, int place, Database database, CapturedTable table)
      throws SQLException {
    Object value =
        switch (type) {
          case Decimal _ -> decimal(row.getString(place), database, table);
          case DataType.Nested nested -> throw new IllegalStateException(nested.sql());
          case Simple simple ->
              switch (simple) {
                case BOOLEAN -> row.getBoolean(place);
                case TINYINT, SMALLINT, INTEGER -> row.getInt(place);
                case BIGINT, TIME -> row.getLong(place);
                case FLOAT -> row.getFloat(place);
                case DOUBLE -> row.getDouble(place);
                case VARCHAR -> row.getString(place);
                case UUID -> row.getObject(place);
                case BLOB -> row.getBytes(place);
                case DATE -> row.getInt(place);
                case TIMESTAMP, TIMESTAMPTZ -> row.getLong(place);
              };
        };
    if (row.wasNull()) {
      return null;
    }
    boolean time = type == Simple.TIMESTAMP || type == Simple.TIMESTAMPTZ;
    if ((type == Simple.DATE && value instanceof Integer day && !ValueRange.holdsDay(day))
        || (time && value instanceof Long micros && !ValueRange.holdsMicros(micros))) {
      throw outside(database, table);
    }
    return value;
  }

  private @Nullable BigDecimal decimal(
      @Nullable String text, Database database, CapturedTable table) {
    if (text == null) {
      return null;
    }
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw outside(database, table);
    }
  }

  private RuntimeException outside(Database database, CapturedTable table) {
    return ValueRange.outside(database.about(), Sql.table(table.declared()), name);
  }
}
