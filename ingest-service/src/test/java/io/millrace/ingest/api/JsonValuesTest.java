package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.contracts.row.DataType;
import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonValuesTest {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static Object convert(String type, String json) throws JsonProcessingException {
    JsonNode node = JSON.readTree(json);
    Object value = JsonValues.convert(node, DataType.ofSql(type));
    return value instanceof BigDecimal decimal ? decimal.toPlainString() : value;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BOOLEAN       | true                          | true
          TINYINT       | -128                          | -128
          SMALLINT      | 32767                         | 32767
          INTEGER       | 2147483647                    | 2147483647
          BIGINT        | -9223372036854775808          | -9223372036854775808
          FLOAT         | 1.5                           | 1.5
          DOUBLE        | 1e300                         | 1.0E300
          VARCHAR       | "a \\u00e4"                   | a ä
          VARCHAR       | { "a" : [1, 2.50, null] }     | {"a":[1,2.50,null]}
          VARCHAR       | 12                            | 12
          DATE          | "1970-01-02"                  | 1
          DATE          | "1969-12-31"                  | -1
          TIME          | "00:00:01.5"                  | 1500000
          TIMESTAMP     | "1970-01-01T00:00:01"         | 1000000
          TIMESTAMPTZ   | "1970-01-01T00:00:01Z"        | 1000000
          TIMESTAMPTZ   | "1970-01-01T01:00:00+01:00"   | 0
          TIMESTAMPTZ   | "1969-12-31T23:59:59.999999Z" | -1
          DECIMAL(12,2) | 12.5                          | 12.50
          DECIMAL(12,2) | "-0.10"                       | -0.10
          DECIMAL(4,0)  | 1e3                           | 1000
          DECIMAL(4,2)  | 0e99999                       | 0.00
          UUID          | "6BA7B810-9dad-11d1-80b4-00c04fd430c8" | 6ba7b810-9dad-11d1-80b4-00c04fd430c8
          DATE[]        | ["1970-01-02", null]          | [1, null]
          STRUCT(a INTEGER, b INTEGER[]) | {"b": [], "c": 1} | {a=null, b=[]}
          MAP(VARCHAR, BOOLEAN) | {"x": true, "y": null} | {x=true, y=null}
          """)
  void fittingValuesAreTaken(String type, String json, String expected)
      throws JsonProcessingException {
    assertThat(convert(type, json)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BOOLEAN       | 1
          BOOLEAN       | "true"
          TINYINT       | 128
          SMALLINT      | -32769
          INTEGER       | 2147483648
          INTEGER       | 1.0
          INTEGER       | "1"
          BIGINT        | 9223372036854775808
          BIGINT        | "7"
          FLOAT         | 1e39
          DOUBLE        | 1e400
          DOUBLE        | "NaN"
          BLOB          | "*"
          DATE          | "2026-02-30"
          DATE          | "2026-02-03T00:00:00Z"
          TIMESTAMP     | "2026-02-03T00:00:00Z"
          TIMESTAMPTZ   | "2026-02-03T00:00:00"
          TIMESTAMPTZ   | 1770000000
          TIMESTAMPTZ   | "+999999999-01-01T00:00:00Z"
          DECIMAL(4,2)  | 100
          DECIMAL(4,2)  | 1.001
          DECIMAL(38,0) | 1e999999999
          DECIMAL(38,0) | "1e999999999"
          DECIMAL(38,9) | 1e-999999999
          DECIMAL(4,2)  | "twelve"
          """)
  void otherValuesAreRefused(String type, String json) {
    assertThatThrownBy(() -> convert(type, json)).isInstanceOf(IllegalArgumentException.class);
  }
}
