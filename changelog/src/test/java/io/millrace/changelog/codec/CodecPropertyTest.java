package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.RowSchema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random schemas and rows through our codec and Avro's own; the seed is in the test's name. */
class CodecPropertyTest {
  private static final int KEY_ID = 11;
  private static final int VALUE_ID = 12;

  static long[] seeds() {
    return SEEDS;
  }

  private static final long[] SEEDS = Seeds.of(25);

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void decodesRawChangesAsAvroWroteThem(long seed) {
    RandomRows rows = new RandomRows(seed);
    RowSchema schema = rows.schema();
    Schema envelope = ChangeSchemas.rawValue("t", schema);
    List<WireRecord> records = new ArrayList<>();
    List<List<@Nullable Object>> expected = new ArrayList<>();
    int count = rows.random().nextInt(3000);
    for (int i = 0; i < count; i++) {
      @Nullable Object[] row = rows.row(schema);
      boolean delete = rows.random().nextInt(5) == 0;
      GenericRecord change =
          delete
              ? Generic.raw(envelope, "d", row, null, i)
              : Generic.raw(envelope, "u", rows.random().nextBoolean() ? row : null, row, i);
      records.add(new WireRecord(null, Generic.framed(VALUE_ID, change), 3, i));
      expected.add(Duck.comparable(row));
    }
    try (Duck duck = new Duck()) {
      ChangeDecoder decoder =
          ChangeDecoder.raw(Map.of(VALUE_ID, envelope)::get, schema, Missing.REFUSE);

      Loaded loaded =
          decoder.load(duck.connection(), "t", duck.allocator(), split(records, rows).iterator());

      assertThat(loaded).isEqualTo(new Loaded(count, count, 0, List.of()));
      assertThat(duck.rows(schema.columns(), "FROM t ORDER BY _position")).isEqualTo(expected);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void encodesRawChangesByteForByteAsAvroDoes(long seed) {
    RandomRows rows = new RandomRows(seed);
    RowSchema schema = rows.schema();
    Schema envelope = ChangeSchemas.rawValue("t", schema);
    RawEncoder encoder = new RawEncoder("test", "shop", "orders", schema, KEY_ID, VALUE_ID);
    for (int i = 0; i < 50; i++) {
      @Nullable Object[] before = rows.random().nextBoolean() ? null : rows.row(schema);
      @Nullable Object[] after = rows.random().nextBoolean() ? null : rows.row(schema);
      long micros = rows.random().nextLong() >> 10;

      byte[] value =
          encoder.value(
              new RawChange("u", before, after, false, null, at(micros), null), at(micros + 7));

      assertThat(value)
          .isEqualTo(Generic.framed(VALUE_ID, Generic.raw(envelope, "u", before, after, micros)));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void takesADeletedRowsKeyFromTheRecordsKey(long seed) {
    RandomRows rows = new RandomRows(seed);
    RowSchema schema = rows.schema();
    if (schema.key().isEmpty()) {
      return;
    }
    Schema envelope = ChangeSchemas.rawValue("t", schema);
    RawEncoder encoder = new RawEncoder("test", "shop", "orders", schema, KEY_ID, VALUE_ID);
    @Nullable Object[] key = rows.row(schema.keyOnly());
    byte[] keyBytes = encoder.key(key);
    assertThat(keyBytes)
        .isEqualTo(Generic.framed(KEY_ID, Generic.row(ChangeSchemas.key("t", schema), key)));
    byte[] value = encoder.value(new RawChange("d", null, null, false, "0/1", at(5), null), at(6));
    try (Duck duck = new Duck()) {
      ChangeDecoder decoder =
          ChangeDecoder.raw(
              Map.of(VALUE_ID, envelope, KEY_ID, ChangeSchemas.key("t", schema))::get,
              schema,
              Missing.REFUSE);

      Loaded loaded =
          decoder.load(
              duck.connection(),
              "t",
              duck.allocator(),
              List.of(List.of(new WireRecord(keyBytes, value, 0, 1))).iterator());

      assertThat(loaded.rows()).isEqualTo(1);
      assertThat(duck.rows(schema.keyOnly().columns(), "FROM t"))
          .containsExactly(Duck.comparable(key));
      assertThat(duck.texts("SELECT COLUMNS(*) FROM t").getFirst().stream().filter(v -> v != null))
          .hasSize(4 + (int) java.util.Arrays.stream(key).filter(v -> v != null).count());
    }
  }

  private static List<List<WireRecord>> split(List<WireRecord> records, RandomRows rows) {
    List<List<WireRecord>> batches = new ArrayList<>();
    for (int from = 0; from < records.size(); ) {
      int to = Math.min(records.size(), from + rows.random().nextInt(1500));
      batches.add(records.subList(from, to));
      from = to;
    }
    return batches;
  }

  private static Instant at(long micros) {
    return Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS);
  }
}
