package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeltaTypesTest extends LakeFixture {

  private static List<String> extremes(DataType type) {
    return switch (type) {
      case DataType.Decimal(int precision, int scale) -> {
        String digits = "9".repeat(precision - scale) + "." + "9".repeat(scale);
        yield List.of("'" + digits + "'", "'-" + digits + "'", "0");
      }
      case Simple simple ->
          switch (simple) {
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

  @Test
  void holdsEveryValueOfEveryTypeThroughBothReaders() throws Exception {
    List<DataType> types = new ArrayList<>(List.of(Simple.values()));
    types.remove(Simple.TIME);
    types.add(new DataType.Decimal(1, 0));
    types.add(new DataType.Decimal(9, 2));
    types.add(new DataType.Decimal(18, 18));
    types.add(new DataType.Decimal(38, 0));
    types.add(new DataType.Decimal(38, 19));
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("id", Simple.INTEGER, false));
    for (int i = 0; i < types.size(); i++) {
      columns.add(new Column("c \"" + i, types.get(i), true));
    }
    RowSchema schema = new RowSchema(columns, List.of("id"));
    List<String> selects = new ArrayList<>();
    for (int row = 0; row < 6; row++) {
      StringBuilder select = new StringBuilder("SELECT " + row + " AS id");
      for (int i = 0; i < types.size(); i++) {
        List<String> values = extremes(types.get(i));
        select
            .append(", CAST(")
            .append(row < values.size() ? values.get(row) : "NULL")
            .append(" AS " + types.get(i).sql() + ") AS " + Sql.name("c \"" + i));
      }
      selects.add(select.toString());
    }
    Sql.run(duck, "CREATE TABLE wanted AS " + String.join(" UNION ALL ", selects));
    DeltaTable table =
        lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d"), duck, "FROM wanted");
    List<String> expected = rows(schema, "wanted");
    assertThat(table.schema()).isEqualTo(schema);
    assertThat(rows(schema, Mirror.load(duck, table, "mirror").relation())).isEqualTo(expected);
    assertThat(normal(KernelReader.rows(table.path()))).isEqualTo(normal(expected));
    RowDiff.Changes none = RowDiff.of(table).into(duck, "changes", "mirror", "wanted");
    assertThat(none.none()).isTrue();
    assertThat(Files.readString(table.path().resolve("_delta_log/00000000000000000000.json")))
        .doesNotContain("Infinity", "NaN");
  }

  /** DuckDB writes "inf", and no zero before a decimal point. */
  private static List<String> normal(List<String> rows) {
    return rows.stream()
        .map(r ->
            r.replace("Infinity", "inf").replace("NaN", "nan").replaceAll("\\|(-?)\\.", "|$10."))
        .sorted()
        .toList();
  }

  @Test
  void refusesATimeOfDay() {
    RowSchema schema = new RowSchema(List.of(new Column("t", Simple.TIME, true)), List.of());
    assertThatThrownBy(() -> lake.create(NAME, TableSpec.of(schema), Watermark.at(0, "d")))
        .hasMessageStartingWith("LK-013");
  }
}
