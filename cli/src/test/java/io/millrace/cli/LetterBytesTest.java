package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.codec.ChangeSchemas;
import io.millrace.changelog.codec.RawChange;
import io.millrace.changelog.codec.RawEncoder;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class LetterBytesTest {
  private static final Instant AT = Instant.parse("2026-11-01T10:00:00.000001Z");
  private static final RowSchema ROW =
      new RowSchema(
          List.of(
              new Column("id", DataType.ofSql("BIGINT"), false),
              new Column("price", DataType.ofSql("DECIMAL(9,2)"), true),
              new Column("day", DataType.ofSql("DATE"), true),
              new Column("name", DataType.ofSql("VARCHAR"), true)),
          List.of("id"));
  private static final Schema SCHEMA = ChangeSchemas.rawValue("shop.raw", ROW);
  private static final byte[] CHANGE = change();

  private final LetterBytes bytes = new LetterBytes(LetterBytesTest::schema);

  private static Schema schema(int id) {
    if (id == 7) {
      return SCHEMA;
    }
    throw new MillraceException(ChangelogError.CL_002_SCHEMA_UNKNOWN, "none of id " + id);
  }

  private static byte[] change() {
    Object[] row = {
      12L, new BigDecimal("1234.50"), (int) LocalDate.of(2026, 11, 1).toEpochDay(), "Ann \u001b[2J"
    };
    return new RawEncoder("cdc", "shop", "part", ROW, 6, 7)
        .value(new RawChange("c", null, row, false, "{}", AT, null), AT);
  }

  @Test
  void showsTheValuesOfAnAvroRecordWhoseSchemaIsKnown() {
    assertThat(bytes.shown(CHANGE))
        .startsWith("Avro of schema 7: {")
        .contains("\"id\": 12", "1234.50", "2026-11-01", "\"op\": \"c\"")
        .contains(AT.toString())
        .doesNotContain("\u001b");
  }

  @Test
  void showsTextAsText() {
    assertThat(bytes.shown("nicht\nAvro: größer".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("text: nicht Avro: größer");
  }

  @Test
  void showsWhatIsNeitherAsHex() {
    assertThat(bytes.shown(new byte[] {0, 0, 0, 0, 9, 1})).isEqualTo("hex: 000000000901");
    assertThat(bytes.shown(new byte[] {(byte) 0xff, 65})).isEqualTo("hex: ff41");
    assertThat(bytes.shown("\u001b[2J".getBytes(StandardCharsets.UTF_8))).startsWith("hex: ");
    assertThat(bytes.shown(null)).isEqualTo("none");
  }

  @Test
  void showsDamagedAvroAsHexWherever() {
    for (int length = 1; length < CHANGE.length; length++) {
      assertThat(bytes.shown(Arrays.copyOf(CHANGE, length)))
          .as("cut off at %d", length)
          .startsWith("hex: ");
    }
    byte[] claimsMuch = Arrays.copyOf(CHANGE, CHANGE.length);
    Arrays.fill(claimsMuch, 8, 20, (byte) 0xfe);
    assertThat(bytes.shown(claimsMuch)).startsWith("hex: ");
  }
}
