package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.DataType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CursorValueTest {

  @ParameterizedTest
  @CsvSource({
    "TIMESTAMPTZ, 2026-01-01T00:00:00Z, 2026-01-01T00:30:00+01:00, 1",
    "VARCHAR, 2026-01-01T00:00:00Z, 2026-01-01T00:30:00+01:00, 1",
    "VARCHAR, 2026-01-01T00:00:00.5Z, 2026-01-01T00:00:00Z, 1",
    "VARCHAR, b, a, 1",
    "BIGINT, 10, 9, 1",
    "DOUBLE, 10.0, 10, 0",
    "'DECIMAL(5,2)', -1.00, 1, -1",
    "DATE, 2026-01-02, 2026-01-01, 1",
    "TIMESTAMP, 2026-01-01T00:00:00, 2026-01-01T00:00:01, -1"
  })
  void comparesByTypeAndTimestampsAsInstants(String type, String a, String b, int order) {
    DataType dataType = DataType.ofSql(type);
    CursorValue left = CursorValue.parse(a, dataType);
    assertThat(Integer.signum(left.compareTo(CursorValue.parse(b, dataType)))).isEqualTo(order);
  }

  @ParameterizedTest
  @CsvSource({
    "TIMESTAMPTZ, 2026-01-01T00:00:00Z, 2025-12-31T23:00:00Z",
    "VARCHAR, 2026-01-01T00:00:00+02:00, 2025-12-31T21:00:00Z",
    "TIMESTAMP, 2026-01-01T00:00:01, 2025-12-31T23:00:01",
    "DATE, 2026-01-02, 2026-01-01",
    "BIGINT, 100, 100",
    "VARCHAR, abc, abc"
  })
  void overlapMovesMomentsBackAndNothingElse(String type, String value, String expected) {
    CursorValue cursor = CursorValue.parse(value, DataType.ofSql(type));
    assertThat(cursor.minus(Duration.ofHours(1)).text()).isEqualTo(expected);
  }

  @Test
  void readsTheValuesOfRows() {
    assertThat(text(1_000_001L, "TIMESTAMPTZ")).isEqualTo("1970-01-01T00:00:01.000001Z");
    assertThat(text(1_000_000L, "TIMESTAMP")).isEqualTo("1970-01-01T00:00:01");
    assertThat(text(1, "DATE")).isEqualTo("1970-01-02");
    assertThat(text(7L, "BIGINT")).isEqualTo("7");
    assertThat(text(new BigDecimal("1E+3"), "DECIMAL(9,0)")).isEqualTo("1000");
    assertThat(text("etag-7", "VARCHAR")).isEqualTo("etag-7");
    assertThat(CursorValue.ofRow(null, DataType.Simple.BIGINT)).isNull();
  }

  @Test
  void refusesTextOfAnotherType() {
    assertThatThrownBy(() -> CursorValue.parse("x", DataType.Simple.TIMESTAMPTZ))
        .isInstanceOf(DateTimeException.class);
    assertThatThrownBy(() -> CursorValue.parse("x", DataType.Simple.BIGINT))
        .isInstanceOf(NumberFormatException.class);
  }

  private static String text(Object value, String type) {
    CursorValue cursor = CursorValue.ofRow(value, DataType.ofSql(type));
    return cursor == null ? "" : cursor.text();
  }
}
