package io.millrace.lake;

import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The least and greatest values of every type, and the odd ones. */
final class ExtremeValues {
  private ExtremeValues() {}

  /** All types that are not nested and that a table can have. */
  static List<DataType> flatTypes() {
    List<DataType> types = new ArrayList<>(List.of(Simple.values()));
    types.remove(Simple.TIME);
    types.add(new DataType.Decimal(1, 0));
    types.add(new DataType.Decimal(9, 2));
    types.add(new DataType.Decimal(10, 3));
    types.add(new DataType.Decimal(18, 18));
    types.add(new DataType.Decimal(19, 0));
    types.add(new DataType.Decimal(38, 0));
    types.add(new DataType.Decimal(38, 19));
    return types;
  }

  /**
   * A query of six rows, the values of each type and then NULL, in columns named c "0, c "1 and so
   * on after an id.
   */
  static String rows(List<DataType> types) {
    return IntStream.range(0, 6)
        .mapToObj(row -> row(types, row))
        .collect(Collectors.joining(" UNION ALL "));
  }

  private static String row(List<DataType> types, int row) {
    StringBuilder select = new StringBuilder("SELECT " + row + " AS id");
    for (int i = 0; i < types.size(); i++) {
      List<String> values = of(types.get(i));
      select
          .append(", CAST(")
          .append(row < values.size() ? values.get(row) : "NULL")
          .append(" AS " + types.get(i).sql() + ") AS " + Sql.name("c \"" + i));
    }
    return select.toString();
  }

  /** SQL texts of values, to be cast to the type. */
  static List<String> of(DataType type) {
    return switch (type) {
      case DataType.Decimal(int precision, int scale) -> {
        String digits = "9".repeat(precision - scale) + "." + "9".repeat(scale);
        yield List.of("'" + digits + "'", "'-" + digits + "'", "0");
      }
      case DataType.ListOf(DataType element) ->
          List.of("[]", "[NULL]", "[" + String.join(", ", cast(element)) + "]");
      case DataType.MapOf(DataType key, DataType value) -> {
        List<String> keys = cast(key);
        List<String> values = cast(value);
        yield List.of(
            "MAP {}",
            "MAP {" + keys.getFirst() + ": NULL}",
            "MAP {"
                + keys.getFirst()
                + ": "
                + values.getFirst()
                + ", "
                + keys.getLast()
                + ": "
                + values.getLast()
                + "}");
      }
      case DataType.Struct struct -> {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < 6; row++) {
          List<String> fields = new ArrayList<>();
          for (DataType.Struct.Field field : struct.fields()) {
            List<String> values = cast(field.type());
            fields.add(
                Sql.name(field.name()) + ": " + (row < values.size() ? values.get(row) : "NULL"));
          }
          rows.add("{" + String.join(", ", fields) + "}");
        }
        yield rows;
      }
      case Simple simple ->
          switch (simple) {
            case UUID ->
                List.of(
                    "'00000000-0000-0000-0000-000000000000'",
                    "'FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF'",
                    "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'");
            case BOOLEAN -> List.of("true", "false");
            case TINYINT -> List.of("-128", "127");
            case SMALLINT -> List.of("-32768", "32767");
            case INTEGER -> List.of("-2147483648", "2147483647");
            case BIGINT -> List.of("-9223372036854775808", "9223372036854775807");
            case FLOAT, DOUBLE -> List.of("'NaN'", "'Infinity'", "'-Infinity'", "1.5", "'-0.0'");
            case VARCHAR ->
                List.of(
                    "''",
                    "'NULL'",
                    "'a\nb'",
                    "'\u00e9\u4e2d\ud83d\ude00'",
                    "repeat('\ud83d\ude00', 400)");
            case BLOB -> List.of("''::BLOB", "'\\x00\\xFF'::BLOB");
            case DATE -> List.of("'0001-01-01'", "'9999-12-31'", "'1969-12-31'");
            case TIMESTAMP ->
                List.of(
                    "'0001-01-01 00:00:00'",
                    "'9999-12-31 23:59:59.999999'",
                    "'1969-12-31 23:59:59.000001'");
            case TIMESTAMPTZ ->
                List.of(
                    "'0001-01-01 00:00:00+00'",
                    "'9999-12-31 23:59:59.999999+00'",
                    "'2026-01-01 00:00:00.123456-11'");
            case TIME -> List.of();
          };
    };
  }

  private static List<String> cast(DataType type) {
    return of(type).stream().map(v -> "CAST(" + v + " AS " + type.sql() + ")").toList();
  }
}
