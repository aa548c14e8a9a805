package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RawEncoderTest {
  private static final RowSchema ROW =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.INTEGER, false),
              new Column("tiny", DataType.Simple.TINYINT, true),
              new Column("price", new DataType.Decimal(4, 2), true)),
          List.of("id"));
  private static final Instant BEFORE_EPOCH = Instant.parse("1969-12-31T23:59:59.999999Z");

  private final RawEncoder encoder = new RawEncoder("cdc", "shop", "orders", ROW, 1, 2);

  @Test
  void writesPositionAndTransactionWhereThereAreSome() {
    byte[] value =
        encoder.value(
            new RawChange(
                "c",
                null,
                new Object[] {1, 2, new BigDecimal("3.5")},
                true,
                "0/16B3748",
                BEFORE_EPOCH,
                new RawChange.Transaction("77", 3, 2)),
            Instant.EPOCH);

    GenericRecord change = Generic.read(ChangeSchemas.rawValue("t", ROW), value);
    assertThat(change.get("source"))
        .hasToString(
            "{\"connector\": \"cdc\", \"name\": \"shop\", \"table\": \"orders\", \"snapshot\":"
                + " true, \"position\": \"0/16B3748\", \"ts_us\": -1}");
    assertThat(change.get("transaction"))
        .hasToString("{\"id\": \"77\", \"total_order\": 3, \"data_collection_order\": 2}");
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertFails(ChangelogError.CL_006_VALUE_DOES_NOT_FIT, "tiny", 1, 128, null);
    assertFails(ChangelogError.CL_006_VALUE_DOES_NOT_FIT, "price", 1, 1, new BigDecimal("100"));
    assertFails(ChangelogError.CL_006_VALUE_DOES_NOT_FIT, "price", 1, 1, new BigDecimal("1.001"));
    assertFails(ChangelogError.CL_010_NULL_NOT_ALLOWED, "id", null, 1, null);
    assertFails(ChangelogError.CL_011_VALUE_OF_OTHER_TYPE, "id", 1L, 1, null);
    assertFails(ChangelogError.CL_011_VALUE_OF_OTHER_TYPE, "orders", 1);
  }

  @Test
  void writesTheNextChangeRightAfterARefusedOne() {
    assertFails(ChangelogError.CL_010_NULL_NOT_ALLOWED, "id", null, 1, null);

    GenericRecord change =
        Generic.read(
            ChangeSchemas.rawValue("t", ROW), encoder.value(change(9, 1, null), BEFORE_EPOCH));
    assertThat(((GenericRecord) change.get("after")).get("id")).isEqualTo(9);
  }

  @Test
  void givesNoKeyToRowsWithoutOne() {
    RawEncoder bag =
        new RawEncoder("cdc", "shop", "orders", new RowSchema(ROW.columns(), List.of()), 1, 2);

    assertThat(bag.key(new Object[0])).isNull();
  }

  private void assertFails(ChangelogError code, String word, @Nullable Object... values) {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> encoder.value(change(values), Instant.EPOCH))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(code))
        .satisfies(e -> assertThat(e.getMessage()).contains(word));
  }

  private static RawChange change(@Nullable Object... values) {
    return new RawChange("c", null, values, false, null, Instant.EPOCH, null);
  }
}
