package io.millrace.dimension;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Calendar;
import io.millrace.warehouse.Dimension;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The four members that every dimension holds from version 0 on, for facts whose member is missing
 * (-1), not applicable (-2), not yet available (-3) or a bad value (-4). No count or audit includes
 * them: their surrogate keys are negative, all others positive.
 */
enum DefaultMembers {
  MISSING(-1, "Missing"),
  NOT_APPLICABLE(-2, "Not Applicable"),
  NOT_YET_AVAILABLE(-3, "Not Yet Available"),
  BAD_VALUE(-4, "Bad Value");

  private final int key;
  private final String label;

  DefaultMembers(int key, String label) {
    this.key = key;
    this.label = label;
  }

  /** SELECT of their rows, in the dimension's columns. */
  static String select(Dimension dimension) {
    return select(
        dimension.schema(),
        Stream.concat(Stream.of(dimension.surrogateKey()), dimension.durableKey().stream())
            .toList());
  }

  /** SELECT of their rows, in the calendar's columns. */
  static String select(Calendar calendar) {
    return select(calendar.schema(), calendar.schema().key());
  }

  private static String select(RowSchema schema, List<String> keys) {
    return java.util.Arrays.stream(values())
        .map(member -> member.row(schema, keys))
        .collect(Collectors.joining(" UNION ALL "));
  }

  private String row(RowSchema schema, List<String> keys) {
    return "SELECT "
        + schema.columns().stream()
            .map(c ->
                "CAST(%s AS %s) AS %s"
                    .formatted(value(keys, c), c.type().sql(), Sql.name(c.name())))
            .collect(Collectors.joining(", "));
  }

  private String value(List<String> keys, Column column) {
    if (keys.contains(column.name())) {
      return Integer.toString(key);
    }
    return switch (column.name()) {
      case Dimension.VALID_FROM -> Validity.BEGINNING;
      case Dimension.VALID_TO -> Validity.OPEN_END;
      case Dimension.IS_CURRENT -> "TRUE";
      default -> attribute(column.type());
    };
  }

  /**
   * Text gets the label, a number the key (0 where that does not fit), a time 1900-01-01, a nested
   * value nothing.
   */
  private String attribute(DataType type) {
    return switch (type) {
      case DataType.Nested _ -> "NULL";
      case DataType.Decimal(int precision, int scale) ->
          precision > scale ? Integer.toString(key) : "0";
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> "FALSE";
            case TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE -> Integer.toString(key);
            case VARCHAR -> Sql.text(label);
            case BLOB -> Sql.text("") + "::BLOB";
            case DATE -> "DATE '1900-01-01'";
            case TIME -> "TIME '00:00:00'";
            case TIMESTAMP -> "TIMESTAMP '1900-01-01 00:00:00'";
            case TIMESTAMPTZ -> Validity.BEGINNING;
            case UUID -> Sql.text("00000000-0000-0000-0000-000000000000") + "::UUID";
          };
    };
  }
}
