package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists, structs, maps and UUIDs from Avro to DuckDB and back; seeds are in the tests' names. */
class NestedTypesTest {
  private static final int VALUE_ID = 12;

  static long[] seeds() {
    return Seeds.of(15);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UUID",
        "INTEGER[]",
        "VARCHAR[][]",
        "STRUCT(\"a\" INTEGER, \"B c\" VARCHAR[])",
        "MAP(VARCHAR, UUID)",
        "MAP(DECIMAL(9,2), STRUCT(\"x\" TIMESTAMP WITH TIME ZONE, \"q\"\"\" MAP(DATE, BLOB[])))[]",
        "STRUCT(\"a_b\" STRUCT(\"c\" DATE), \"a\" STRUCT(\"b_c\" STRUCT(\"d\" DATE)))"
      })
  void everyNestedTypeHasOneNameAndOneAvroForm(String sql) {
    DataType type = DataType.ofSql(sql);
    assertThat(type.sql()).isEqualTo(sql);
    RowSchema row = new RowSchema(List.of(new Column("v", type, true)), List.of());
    Schema schema = new Schema.Parser().parse(ChangeSchemas.rawValue("t", row).toString());
    assertThat(AvroRows.rowOf(AvroRows.rowRecord(schema)).columns()).isEqualTo(row.columns());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"UNION(a INTEGER)", "INTERVAL", "STRUCT(a INTERVAL)", "INTEGER[", "MAP()"})
  void whatHasNoStoredFormIsRefused(String sql) {
    assertThatThrownBy(() -> DataType.ofSql(sql)).hasMessageStartingWith("CON-001");
  }

  @Test
  void aRecordWithinItselfHasNoColumnForm() {
    Schema node =
        SchemaBuilder.record("Node")
            .fields()
            .name("next")
            .type()
            .optional()
            .type("Node")
            .endRecord();
    Schema row = Schema.createRecord("Row", null, "n", false);
    row.setFields(List.of(new Schema.Field("v", node)));
    assertThatThrownBy(() -> AvroRows.rowOf(row)).hasMessageStartingWith("CON-001");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void goesThroughDuckDbAndBackUnchanged(long seed) {
    RandomRows random = new RandomRows(seed);
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("id", DataType.Simple.BIGINT, false));
    for (int i = 0; i < 1 + random.random().nextInt(5); i++) {
      columns.add(
          new Column("Odd \"n\" " + i, random.nestedType(3), random.random().nextInt(3) > 0));
    }
    RowSchema schema = new RowSchema(columns, List.of("id"));
    Schema raw = ChangeSchemas.rawValue("t", schema);
    List<WireRecord> records = new ArrayList<>();
    List<GenericRecord> expected = new ArrayList<>();
    int count = random.random().nextInt(2500);
    RawEncoder encoder = new RawEncoder("test", "shop", "orders", schema, 11, VALUE_ID);
    for (int i = 0; i < count; i++) {
      @Nullable Object[] row = random.row(schema);
      row[0] = (long) i;
      GenericRecord change = Generic.raw(raw, "u", null, row, i);
      byte[] value = Generic.framed(VALUE_ID, change);
      assertThat(
              encoder.value(
                  new RawChange("u", null, row, false, null, micros(i), null), micros(i + 7)))
          .isEqualTo(value);
      records.add(new WireRecord(null, value, 3, i));
      expected.add((GenericRecord) Generic.read(raw, value).get("after"));
    }
    try (Duck duck = new Duck()) {
      ChangeDecoder decoder = ChangeDecoder.raw(Map.of(VALUE_ID, raw)::get, schema, Missing.REFUSE);
      assertThat(
              decoder.load(duck.connection(), "t", duck.allocator(), List.of(records).iterator()))
          .isEqualTo(new Loaded(count, count, 0, List.of()));

      assertThat(roundTrip(duck, schema))
          .isEqualTo(expected.stream().map(Object::toString).toList());
    }
  }

  /** The rows of t in the order of id, as the encoder of table topics writes them. */
  private static List<String> roundTrip(Duck duck, RowSchema schema) {
    Schema table = ChangeSchemas.tableValue("t", schema);
    List<String> rows = new ArrayList<>();
    ChangeEncoder encoder = new ChangeEncoder("dim.t", schema, 1, 2);
    String sql = OrderedChanges.sql("(SELECT *, 'insert' AS _change_type FROM t)", schema);
    encoder.encode(
        duck.connection(),
        duck.allocator(),
        sql,
        new TableVersion(1, 1, Instant.EPOCH),
        (key, value) -> rows.add(Generic.read(table, value).get("after").toString()));
    return rows;
  }

  @Test
  void aStructTakesOlderRecordsWithFewerFields() {
    RowSchema written = oneColumn("STRUCT(a INTEGER)[]");
    RowSchema wanted = oneColumn("STRUCT(a BIGINT, b VARCHAR[])[]");
    Schema envelope = ChangeSchemas.rawValue("t", written);
    List<Map<String, Object>> items = List.of(Map.of("a", 1), Map.of("a", 2));
    try (Duck duck = new Duck()) {
      load(duck, envelope, wanted, Generic.raw(envelope, "u", null, new Object[] {items}, 0));
      assertThat(duck.texts("SELECT v::VARCHAR FROM t").getFirst())
          .containsExactly("[{'a': 1, 'b': NULL}, {'a': 2, 'b': NULL}]");
    }
  }

  @Test
  void aStructRefusesRecordsWithMoreFields() {
    Schema envelope = ChangeSchemas.rawValue("t", oneColumn("STRUCT(a INTEGER, b INTEGER)"));
    try (Duck duck = new Duck()) {
      assertThatThrownBy(() ->
              load(
                  duck,
                  envelope,
                  oneColumn("STRUCT(a INTEGER)"),
                  Generic.raw(envelope, "u", null, new Object[] {Map.of("a", 1, "b", 2)}, 0)))
          .isInstanceOf(MillraceException.class)
          .hasMessageStartingWith("CL-008");
    }
  }

  @Test
  void aMapWithAKeyTwiceAndATextThatIsNoUuidAreSetAside() {
    RowSchema maps = oneColumn("MAP(INTEGER, INTEGER)");
    Schema envelope = ChangeSchemas.rawValue("t", maps);
    GenericRecord twice = Generic.raw(envelope, "u", null, new Object[] {Map.of(1, 1, 2, 2)}, 0);
    GenericData.Array<?> entries =
        (GenericData.Array<?>) ((GenericRecord) twice.get("after")).get("v");
    entries.forEach(e -> ((GenericRecord) e).put("key", 7));
    RowSchema uuids = oneColumn("UUID");
    Schema ofUuids = ChangeSchemas.rawValue("t", uuids);
    GenericRecord noUuid = Generic.raw(ofUuids, "u", null, new Object[] {UUID.randomUUID()}, 0);
    ((GenericRecord) noUuid.get("after"))
        .put("v", new Utf8("6ba7b810-9dad-11d1-80b4-00c04fd430cx"));
    try (Duck duck = new Duck()) {
      assertThat(load(duck, envelope, maps, twice).undecodable())
          .extracting(Undecodable::code)
          .containsExactly(ChangelogError.CL_006_VALUE_DOES_NOT_FIT);
      assertThat(load(duck, ofUuids, uuids, noUuid).undecodable())
          .extracting(Undecodable::code)
          .containsExactly(ChangelogError.CL_006_VALUE_DOES_NOT_FIT);
    }
  }

  /** Each has two Avro forms of one key; DuckDB would refuse the map, and all rows with it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "INTEGER",
        "DOUBLE",
        "FLOAT",
        "DECIMAL(9,2)",
        "UUID",
        "DOUBLE[]",
        "STRUCT(a UUID)"
      })
  void aKeyTwiceInTwoFormsIsSetAside(String keyType) {
    RowSchema maps = oneColumn("MAP(" + keyType + ", INTEGER)");
    Schema envelope = ChangeSchemas.rawValue("t", maps);
    UUID upper = UUID.fromString("abcdefab-cdef-4abc-8def-abcdefabcdef");
    Map<Object, Object> entries = new LinkedHashMap<>();
    Object[] forms =
        switch (keyType) {
          case "INTEGER" -> new Object[] {1, 64};
          case "DOUBLE" -> new Object[] {0.0, -0.0};
          case "FLOAT" -> new Object[] {0.0f, -0.0f};
          case "DOUBLE[]" -> new Object[] {List.of(0.0), List.of(-0.0)};
          case "UUID" -> new Object[] {upper, UUID.randomUUID()};
          case "STRUCT(a UUID)" ->
              new Object[] {Map.of("a", upper), Map.of("a", UUID.randomUUID())};
          default -> new Object[] {new BigDecimal("1.00"), new BigDecimal("2.00")};
        };
    entries.put(forms[0], 1);
    entries.put(forms[1], 2);
    GenericRecord twice = Generic.raw(envelope, "u", null, new Object[] {entries}, 0);
    GenericRecord second =
        (GenericRecord) ((List<?>) ((GenericRecord) twice.get("after")).get("v")).get(1);
    String loud = upper.toString().toUpperCase(Locale.ROOT);
    switch (keyType) {
      case "UUID" -> second.put("key", loud);
      case "STRUCT(a UUID)" -> ((GenericRecord) second.get("key")).put("a", loud);
      case "DECIMAL(9,2)" -> second.put("key", ByteBuffer.wrap(new byte[] {0, 0, 100}));
      default -> {}
    }
    byte[] value = Generic.framed(VALUE_ID, twice);
    if (keyType.equals("INTEGER")) {
      value = overlong(value);
    }
    WireRecord record = new WireRecord(null, value, 0, 0);
    try (Duck duck = new Duck()) {
      assertThat(
              ChangeDecoder.raw(Map.of(VALUE_ID, envelope)::get, maps, Missing.NULL)
                  .load(
                      duck.connection(), "t", duck.allocator(), List.of(List.of(record)).iterator())
                  .undecodable())
          .extracting(Undecodable::code)
          .containsExactly(ChangelogError.CL_006_VALUE_DOES_NOT_FIT);
    }
  }

  /** The number 64 made 1, in two bytes as before. */
  private static byte[] overlong(byte[] record) {
    for (int i = 1; i < record.length; i++) {
      if (record[i - 1] == (byte) 0x80 && record[i] == 1) {
        record[i - 1] = (byte) 0x82;
        record[i] = 0;
        return record;
      }
    }
    throw new IllegalArgumentException("64 is not there");
  }

  /** Whatever the bytes are, a record is read or set aside, and the next one is read right. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void damagedRecordsAreSetAsideAlone(long seed) {
    RandomRows random = new RandomRows(seed);
    RowSchema schema =
        new RowSchema(
            List.of(
                new Column("id", DataType.Simple.BIGINT, false),
                new Column("v", random.nestedType(3), true)),
            List.of());
    Schema envelope = ChangeSchemas.rawValue("t", schema);
    List<WireRecord> records = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      @Nullable Object[] row = random.row(schema);
      row[0] = (long) i;
      byte[] good = Generic.framed(VALUE_ID, Generic.raw(envelope, "u", null, row, i));
      byte[] bad = good.clone();
      for (int b = 0; b < 3; b++) {
        bad[5 + random.random().nextInt(bad.length - 5)] = (byte) random.random().nextInt();
      }
      records.add(new WireRecord(null, bad, 0, 2L * i));
      records.add(new WireRecord(null, good, 0, 2L * i + 1));
    }
    try (Duck duck = new Duck()) {
      ChangeDecoder decoder =
          ChangeDecoder.raw(Map.of(VALUE_ID, envelope)::get, schema, Missing.REFUSE);
      Loaded loaded =
          decoder.load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());
      assertThat(loaded.undecodable()).allMatch(u -> u.offset() % 2 == 0);
      assertThat(
              duck.texts("SELECT count(*) FROM t WHERE _position % 2 = 1 AND id = _position // 2"))
          .containsExactly(List.of("300"));
    }
  }

  private static RowSchema oneColumn(String type) {
    return new RowSchema(List.of(new Column("v", DataType.ofSql(type), true)), List.of());
  }

  private static Loaded load(Duck duck, Schema envelope, RowSchema wanted, GenericRecord change) {
    WireRecord record = new WireRecord(null, Generic.framed(VALUE_ID, change), 0, 0);
    return ChangeDecoder.raw(Map.of(VALUE_ID, envelope)::get, wanted, Missing.NULL)
        .load(duck.connection(), "t", duck.allocator(), List.of(List.of(record)).iterator());
  }

  private static Instant micros(long micros) {
    return Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS);
  }
}
