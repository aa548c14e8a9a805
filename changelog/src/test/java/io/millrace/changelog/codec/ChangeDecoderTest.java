package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangeDecoderTest {
  private static final RowSchema ORDERS =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("status", DataType.Simple.VARCHAR, true)),
          List.of("id"));
  private static final Schema RAW = ChangeSchemas.rawValue("shop.orders", ORDERS);
  private static final Schema KEY = ChangeSchemas.key("shop.orders", ORDERS);

  private final Duck duck = new Duck();
  private final Map<Integer, Schema> schemas = new TreeMap<>(Map.of(1, RAW, 2, KEY));

  @AfterEach
  void close() {
    duck.close();
  }

  @Test
  void givesOneRowForEachRawChange() {
    Loaded loaded =
        load(
            raw(ORDERS),
            raw(10, "c", null, row(1L, "new")),
            raw(11, "u", row(1L, "new"), row(1L, "paid")),
            raw(12, "d", row(1L, "paid"), null),
            raw(13, "r", null, row(2L, null)),
            raw(14, "t", null, null));

    assertThat(loaded).isEqualTo(new Loaded(5, 5, 0, List.of()));
    assertThat(duck.texts("FROM t"))
        .containsExactly(
            text("1", "new", "c", "1970-01-01T00:00:00.000010Z", "10", "3"),
            text("1", "paid", "u", "1970-01-01T00:00:00.000011Z", "11", "3"),
            text("1", "paid", "d", "1970-01-01T00:00:00.000012Z", "12", "3"),
            text("2", null, "r", "1970-01-01T00:00:00.000013Z", "13", "3"),
            text(null, null, "t", "1970-01-01T00:00:00.000014Z", "14", "3"));
    assertThat(duck.texts("SELECT column_name || ' ' || column_type FROM (DESCRIBE t)"))
        .extracting(List::getFirst)
        .containsExactly(
            "id BIGINT",
            "status VARCHAR",
            "_op VARCHAR",
            "_committed_at TIMESTAMP WITH TIME ZONE",
            "_position BIGINT",
            "_part INTEGER");
  }

  @Test
  void givesTwoRowsForATablesUpdate() {
    Schema table = ChangeSchemas.tableValue("dim.customer", ORDERS);
    schemas.put(5, table);
    ChangeDecoder decoder = ChangeDecoder.feed(schemas()::get, ORDERS, Missing.REFUSE);

    Loaded loaded =
        load(
            decoder,
            record(7, 5, Generic.table(table, "u", row(1L, "a"), row(1L, "b"), 3, 9, 0)),
            record(8, 5, Generic.table(table, "c", null, row(2L, "c"), 4, 10, 0)));

    assertThat(loaded).isEqualTo(new Loaded(2, 3, 0, List.of()));
    assertThat(duck.texts("SELECT id, status, _weight, _version, _cut, _position FROM t"))
        .containsExactly(
            text("1", "a", "-1", "3", "9", "7"),
            text("1", "b", "1", "3", "9", "7"),
            text("2", "c", "1", "4", "10", "8"));
  }

  @Test
  void appendsToATableThatItCreated() {
    ChangeDecoder decoder = raw(ORDERS);
    load(decoder, raw(1, "c", null, row(1L, "a")));

    decoder.append(
        duck.connection(), "t", duck.allocator(), batches(raw(2, "c", null, row(2L, "b"))));

    assertThat(duck.texts("SELECT id FROM t")).containsExactly(text("1"), text("2"));
    assertThat(duck.texts("SELECT view_name FROM duckdb_views() WHERE NOT internal")).isEmpty();
  }

  @Test
  void createsTheTableOfNoRecords() {
    load(raw(ORDERS));

    assertThat(duck.texts("SELECT count(*) FROM t")).containsExactly(text("0"));
  }

  @Test
  void passesOverTombstones() {
    Loaded loaded = load(raw(ORDERS), new WireRecord(new byte[] {1}, null, 0, 4));

    assertThat(loaded).isEqualTo(new Loaded(1, 0, 1, List.of()));
  }

  @Test
  void setsAsideWhatItCannotDecodeAndLoadsTheRest() {
    byte[] good = Generic.framed(1, Generic.raw(RAW, "c", null, row(1L, "a"), 0));
    byte[] badText = good.clone();
    badText[10] = (byte) 0xFF;
    assertThat(good[10]).isEqualTo((byte) 'a');

    Loaded loaded =
        load(
            raw(ORDERS),
            bytes(0, good),
            bytes(1, new byte[0]),
            bytes(2, new byte[] {7, 0, 0, 0, 1, 1}),
            bytes(3, Generic.framed(99, Generic.raw(RAW, "c", null, row(1L, "a"), 0))),
            bytes(4, Arrays.copyOf(good, good.length - 1)),
            bytes(5, Arrays.copyOf(good, good.length + 1)),
            bytes(6, badText),
            bytes(7, Generic.framed(2, Generic.row(KEY, row(1L)))),
            raw(8, "x", null, row(1L, "a")),
            raw(9, "u", row(1L, "a"), null),
            raw(10, "d", null, null),
            bytes(11, good));

    assertThat(duck.texts("SELECT _position, status FROM t"))
        .containsExactly(text("0", "a"), text("11", "a"));
    Map<Long, ErrorCode> codes = new TreeMap<>();
    loaded.undecodable().forEach(u -> codes.put(u.offset(), u.code()));
    assertThat(codes)
        .containsExactlyEntriesOf(
            new TreeMap<>(
                Map.of(
                    1L, ChangelogError.CL_004_NOT_FRAMED,
                    2L, ChangelogError.CL_004_NOT_FRAMED,
                    3L, ChangelogError.CL_002_SCHEMA_UNKNOWN,
                    4L, ChangelogError.CL_005_RECORD_MALFORMED,
                    5L, ChangelogError.CL_005_RECORD_MALFORMED,
                    6L, ChangelogError.CL_005_RECORD_MALFORMED,
                    7L, ContractError.CON_002_NOT_AN_ENVELOPE,
                    8L, ChangelogError.CL_005_RECORD_MALFORMED,
                    9L, ChangelogError.CL_005_RECORD_MALFORMED,
                    10L, ChangelogError.CL_005_RECORD_MALFORMED)));
    assertThat(loaded.undecodable().get(5).message()).contains("column status", "UTF-8");
  }

  @Test
  void takesBackTheNullsOfARecordThatTurnsOutBad() {
    byte[] bad = Generic.framed(1, Generic.raw(RAW, "c", null, row(1L, null), 0));

    load(
        raw(ORDERS),
        bytes(0, Arrays.copyOf(bad, bad.length - 1)),
        raw(1, "c", null, row(2L, "kept")));

    assertThat(duck.texts("SELECT id, status FROM t")).containsExactly(text("2", "kept"));
  }

  @Test
  void takesAnUpdateBackWholeWhenItsSecondRowIsBad() {
    Schema table = ChangeSchemas.tableValue("dim.customer", ORDERS);
    schemas.put(5, table);
    byte[] update =
        Generic.framed(5, Generic.table(table, "u", row(1L, null), row(1L, null), 3, 9, 0));

    Loaded loaded =
        load(
            ChangeDecoder.feed(schemas()::get, ORDERS, Missing.REFUSE),
            bytes(0, Arrays.copyOf(update, 9)),
            record(1, 5, Generic.table(table, "u", row(1L, "a"), row(1L, "b"), 3, 9, 0)));

    assertThat(loaded.rows()).isEqualTo(2);
    assertThat(duck.texts("SELECT status FROM t")).containsExactly(text("a"), text("b"));
  }

  @Test
  void asksAgainAtTheNextLoadForASchemaThatWasUnknown() {
    schemas.remove(1);
    ChangeDecoder decoder = raw(ORDERS);
    assertThat(load(decoder, raw(0, "c", null, row(1L, "a"))).undecodable()).hasSize(1);

    schemas.put(1, RAW);

    assertThat(load(decoder, raw(0, "c", null, row(1L, "a"))).undecodable()).isEmpty();
  }

  @Test
  void stopsWhenTheRegistryIsDownAndLeavesTheTableAsItWas() {
    ChangeDecoder decoder = raw(ORDERS);
    load(decoder, raw(0, "c", null, row(1L, "a")));
    ChangeDecoder cut =
        ChangeDecoder.raw(
            id -> {
              throw new MillraceException(
                  ChangelogError.CL_001_REGISTRY_UNAVAILABLE, "the registry is down.");
            },
            ORDERS,
            Missing.REFUSE);

    assertFails(ChangelogError.CL_001_REGISTRY_UNAVAILABLE, cut, raw(1, "c", null, row(2L, "b")));
    assertThat(duck.texts("SELECT id FROM t")).containsExactly(text("1"));
    assertThat(load(decoder, raw(1, "c", null, row(2L, "b"))).rows()).isEqualTo(1);
  }

  @Test
  void passesOnWhatTheBatchesThrow() {
    Iterator<List<WireRecord>> failing =
        IntStream.range(0, 3)
            .mapToObj(i -> {
              if (i == 2) {
                throw new IllegalStateException("the broker is gone");
              }
              return List.of(raw(i, "c", null, row(1L, "a")));
            })
            .iterator();

    assertThatIllegalStateException()
        .isThrownBy(() -> raw(ORDERS).load(duck.connection(), "t", duck.allocator(), failing))
        .withMessage("the broker is gone");
  }

  @Test
  void saysWhatDuckDbSaysWhenTheTableIsNotThere() {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() ->
            raw(ORDERS)
                .append(
                    duck.connection(),
                    "nowhere",
                    duck.allocator(),
                    batches(raw(1, "c", null, row(1L, "a")))))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(ChangelogError.CL_012_ENGINE_FAILED))
        .satisfies(e -> assertThat(e.getCause()).hasMessageContaining("nowhere"));
    assertThat(duck.texts("SELECT view_name FROM duckdb_views() WHERE NOT internal")).isEmpty();
    assertThat(duck.allocator().getAllocatedMemory()).isZero();
  }

  @Test
  void refusesAColumnWithTheNameOfAnAddedOne() {
    RowSchema reserved =
        new RowSchema(List.of(new Column("_OP", DataType.Simple.VARCHAR, true)), List.of());

    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> raw(reserved))
        .satisfies(
            e -> assertThat(e.errorCode()).isEqualTo(ChangelogError.CL_009_COLUMN_NAME_RESERVED));
  }

  @Test
  void readsDebeziumsOwnEnvelope() {
    Schema row =
        SchemaBuilder.record("Value")
            .fields()
            .requiredInt("id")
            .optionalString("status")
            .endRecord();
    Schema source =
        SchemaBuilder.record("Source")
            .fields()
            .requiredString("version")
            .requiredLong("ts_ms")
            .optionalString("snapshot")
            .optionalLong("ts_us")
            .endRecord();
    Schema envelope =
        SchemaBuilder.record("Envelope")
            .fields()
            .name("before")
            .type(optional(row))
            .withDefault(null)
            .name("after")
            .type(optional(row))
            .withDefault(null)
            .name("source")
            .type(source)
            .noDefault()
            .name("op")
            .type()
            .stringType()
            .noDefault()
            .optionalLong("ts_ms")
            .endRecord();
    schemas.put(8, envelope);
    GenericRecordBuilder change =
        new GenericRecordBuilder(envelope)
            .set("after", new GenericRecordBuilder(row).set("id", 5).set("status", "x").build())
            .set("op", "c");

    load(
        raw(ORDERS),
        record(
            1,
            8,
            change
                .set(
                    "source",
                    new GenericRecordBuilder(source).set("version", "3").set("ts_ms", 2L).build())
                .build()),
        record(
            2,
            8,
            change
                .set(
                    "source",
                    new GenericRecordBuilder(source)
                        .set("version", "3")
                        .set("ts_ms", 2L)
                        .set("ts_us", 2345L)
                        .build())
                .build()));

    assertThat(duck.texts("SELECT id, status, epoch_us(_committed_at) FROM t"))
        .containsExactly(text("5", "x", "2000"), text("5", "x", "2345"));
  }

  @Test
  void bringsMillisecondsToMicroseconds() {
    Schema row =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"Row","fields":[
                  {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
                  {"name":"local","type":{"type":"long","logicalType":"local-timestamp-millis"}},
                  {"name":"time","type":{"type":"int","logicalType":"time-millis"}},
                  {"name":"mood","type":{"type":"enum","name":"Mood","symbols":["SAD","GLAD"]}},
                  {"name":"price","type":{"type":"fixed","name":"P","size":3,
                     "logicalType":"decimal","precision":5,"scale":2}}]}
                """);
    Schema envelope =
        SchemaBuilder.record("Change")
            .fields()
            .name("after")
            .type(row)
            .noDefault()
            .name("op")
            .type()
            .enumeration("Op")
            .symbols("c", "u")
            .noDefault()
            .endRecord();
    schemas.put(8, envelope);
    GenericRecord value =
        new GenericRecordBuilder(row)
            .set("at", 1500L)
            .set("local", 2500L)
            .set("time", 3500)
            .set("mood", new GenericData.EnumSymbol(row.getField("mood").schema(), "GLAD"))
            .set(
                "price",
                new GenericData.Fixed(row.getField("price").schema(), new byte[] {-1, -1, 0x38}))
            .build();
    RowSchema wanted =
        new RowSchema(
            List.of(
                new Column("at", DataType.Simple.TIMESTAMPTZ, false),
                new Column("local", DataType.Simple.TIMESTAMP, false),
                new Column("time", DataType.Simple.TIME, false),
                new Column("mood", DataType.Simple.VARCHAR, false),
                new Column("price", new DataType.Decimal(7, 2), false)),
            List.of());

    load(
        raw(wanted),
        record(
            1,
            8,
            new GenericRecordBuilder(envelope)
                .set("after", value)
                .set("op", new GenericData.EnumSymbol(envelope.getField("op").schema(), "u"))
                .build()));

    assertThat(duck.texts("FROM t"))
        .containsExactly(
            text(
                "1970-01-01T00:00:01.500Z",
                "1970-01-01 00:00:02.5",
                "00:00:03.500",
                "GLAD",
                "-2.00",
                "u",
                null,
                "1",
                "3"));
  }

  @Test
  void readsMoreBytesThanOneBatchHolds() {
    String large = "x".repeat(3_000_000);
    byte[] bytes = Generic.framed(1, Generic.raw(RAW, "c", null, row(1L, large), 0));
    List<WireRecord> records = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      records.add(bytes(i, bytes));
    }
    BufferAllocator small = duck.allocator().newChildAllocator("small", 0, 400L << 20);

    Loaded loaded = raw(ORDERS).load(duck.connection(), "t", small, List.of(records).iterator());

    assertThat(loaded.rows()).isEqualTo(60);
    assertThat(duck.texts("SELECT sum(length(status)) FROM t")).containsExactly(text("180000000"));
    assertThat(small.getPeakMemoryAllocation()).isLessThan(400L << 20);
    small.close();
  }

  @Test
  void readsMoreRowsThanOneBatchHolds() {
    List<WireRecord> records = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      records.add(raw(i, "c", null, row((long) i, i % 3 == 0 ? null : "s" + i)));
    }

    Loaded loaded =
        raw(ORDERS).load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());

    assertThat(loaded.rows()).isEqualTo(100_000);
    assertThat(
            duck.texts(
                "SELECT count(*), count(DISTINCT id), count(status),"
                    + " count(*) FILTER (status = 's' || id) FROM t"))
        .containsExactly(text("100000", "100000", "66666", "66666"));
  }

  private ChangeDecoder raw(RowSchema wanted) {
    return ChangeDecoder.raw(schemas()::get, wanted, Missing.REFUSE);
  }

  /** The registry's answers. */
  private Lookup schemas() {
    return id -> {
      Schema schema = schemas.get(id);
      if (schema == null) {
        throw new MillraceException(ChangelogError.CL_002_SCHEMA_UNKNOWN, "no schema id " + id);
      }
      return schema;
    };
  }

  private interface Lookup {
    Schema get(int id);
  }

  private Loaded load(ChangeDecoder decoder, WireRecord... records) {
    return decoder.load(duck.connection(), "t", duck.allocator(), batches(records));
  }

  private void assertFails(ChangelogError code, ChangeDecoder decoder, WireRecord... records) {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> load(decoder, records))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(code));
  }

  private static Iterator<List<WireRecord>> batches(WireRecord... records) {
    return List.of(List.of(records)).iterator();
  }

  private static WireRecord raw(
      long offset,
      String op,
      @Nullable Object @Nullable [] before,
      @Nullable Object @Nullable [] after) {
    return record(offset, 1, Generic.raw(RAW, op, before, after, offset));
  }

  private static WireRecord record(long offset, int schemaId, GenericRecord change) {
    return bytes(offset, Generic.framed(schemaId, change));
  }

  private static WireRecord bytes(long offset, byte[] value) {
    return new WireRecord(null, value, 3, offset);
  }

  private static @Nullable Object[] row(@Nullable Object... values) {
    return values;
  }

  private static List<@Nullable String> text(@Nullable String... values) {
    return Arrays.asList(values);
  }

  private static Schema optional(Schema schema) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
  }
}
