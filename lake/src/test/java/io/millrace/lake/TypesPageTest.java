package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** The table in docs/TYPES.md is what the code does. */
class TypesPageTest {
  private static final DataType.Decimal DECIMAL = new DataType.Decimal(38, 19);

  @Test
  void listsEveryTypeWithItsAvroAndDeltaForm() throws IOException {
    List<String> page = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("../docs/TYPES.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 7 && !cells[1].contains("---") && !cells[1].contains("DuckDB")) {
        page.add(String.join("|", cells[1].strip(), cells[2].strip(), cells[4].strip()));
      }
    }
    List<String> code = new ArrayList<>();
    for (Simple type : Simple.values()) {
      code.add(String.join("|", type.sql(), avro(type), delta(type)));
    }
    for (String nested : List.of("INTEGER[]", "MAP(VARCHAR, DATE)", "MAP(DATE, DATE)")) {
      DataType type = DataType.ofSql(nested);
      code.add(String.join("|", type.sql(), avro(type), delta(type)));
    }
    DataType struct = DataType.ofSql("STRUCT(a DATE)");
    code.add(String.join("|", struct.sql(), avro(struct), "struct<a: date>"));
    code.add("DECIMAL(p,s)|" + avro(DECIMAL) + "|" + delta(DECIMAL).replace("38,19", "p,s"));
    assertThat(page).containsExactlyInAnyOrderElementsOf(code);
  }

  private static String avro(DataType type) {
    RowSchema row = new RowSchema(List.of(new Column("c", type, false)), List.of());
    Schema schema = AvroRows.record("n", "R", row).getField("c").schema();
    LogicalType logical = schema.getLogicalType();
    String narrow = schema.getProp("millrace.type");
    return schema.getType().getName()
        + (logical == null ? "" : ", " + logical.getName())
        + (narrow == null ? "" : ", `millrace.type` " + narrow);
  }

  private static String delta(DataType type) {
    return type.storable()
        ? DeltaTypes.toDelta("c", type, 1).toString().toLowerCase(Locale.ROOT).replace(" ", "")
        : "none";
  }
}
