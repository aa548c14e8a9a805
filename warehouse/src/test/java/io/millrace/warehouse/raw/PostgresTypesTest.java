package io.millrace.warehouse.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.DataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresTypesTest {

  @ParameterizedTest
  @CsvSource({
    "int2, b, SMALLINT",
    "int4, b, INTEGER",
    "int8, b, BIGINT",
    "float4, b, FLOAT",
    "float8, b, DOUBLE",
    "bool, b, BOOLEAN",
    "text, b, VARCHAR",
    "varchar, b, VARCHAR",
    "bpchar, b, VARCHAR",
    "uuid, b, VARCHAR",
    "json, b, VARCHAR",
    "jsonb, b, VARCHAR",
    "inet, b, ",
    "name, b, ",
    "mood, e, VARCHAR",
    "bytea, b, BLOB",
    "date, b, DATE",
    "time, b, TIME",
    "timestamp, b, TIMESTAMP",
    "timestamptz, b, TIMESTAMP WITH TIME ZONE",
    "numeric, b, VARCHAR",
    "interval, b, ",
    "_int4, b, ",
    "point, b, ",
    "timetz, b, "
  })
  void typesHaveOneRawForm(String name, char kind, String sql) {
    assertThat(PostgresTypes.of(name, kind, -1).map(DataType::sql).orElse(null)).isEqualTo(sql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "12 | 2 | DECIMAL(12,2)",
        "38 | 0 | DECIMAL(38,0)",
        "39 | 0 | VARCHAR",
        "3 | 5 | DECIMAL(5,5)",
        "3 | -2 | DECIMAL(5,0)"
      })
  void numericIsDecimalWhereOneHoldsIt(int precision, int scale, String sql) {
    int modifier = ((precision << 16) | (scale & 0x7ff)) + 4;
    assertThat(PostgresTypes.of("numeric", 'b', modifier).orElseThrow().sql()).isEqualTo(sql);
  }
}
