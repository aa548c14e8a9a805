package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that were cut or changed on their way: each record is set aside, or is a change that Avro's
 * own reader reads in the same way; its neighbours are untouched.
 */
class DamagedRecordsTest {
  private static final long[] SEEDS = Seeds.of(25);

  static long[] seeds() {
    return SEEDS;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void areSetAsideOrReadAsAvroReadsThem(long seed) {
    RandomRows rows = new RandomRows(seed);
    RandomGenerator random = rows.random();
    RowSchema schema = rows.schema();
    Schema envelope = ChangeSchemas.rawValue("t", schema);
    List<WireRecord> records = new ArrayList<>();
    Set<Long> intact = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      @Nullable Object[] row = rows.row(schema);
      byte[] bytes =
          Generic.framed(1, Generic.raw(envelope, "u", random.nextBoolean() ? row : null, row, i));
      if (random.nextInt(3) == 0) {
        intact.add((long) i);
      } else {
        bytes = damaged(bytes, random);
      }
      records.add(new WireRecord(null, bytes, 0, i));
    }
    try (Duck duck = new Duck()) {
      Loaded loaded =
          ChangeDecoder.raw(id -> known(id, envelope), schema, Missing.REFUSE)
              .load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());

      Set<Long> aside = new HashSet<>();
      for (Undecodable bad : loaded.undecodable()) {
        assertThat(bad.code().response()).isEqualTo(ErrorCode.Response.DEAD_LETTER);
        assertThat(intact).doesNotContain(bad.offset());
        assertThat(aside.add(bad.offset())).isTrue();
      }
      assertThat(aside).isNotEmpty();
      List<List<@Nullable Object>> expected = new ArrayList<>();
      for (WireRecord record : records) {
        if (!aside.contains(record.offset())) {
          expected.add(readByAvro(envelope, schema, record));
        }
      }
      assertThat(duck.rows(schema.columns(), "FROM t ORDER BY _position")).isEqualTo(expected);
      assertThat(loaded.rows()).isEqualTo(expected.size());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void neverLeaveHalfAnUpdate(long seed) {
    RandomRows rows = new RandomRows(seed);
    RowSchema schema = rows.schema();
    Schema envelope = ChangeSchemas.tableValue("t", schema);
    List<WireRecord> records = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      byte[] bytes =
          Generic.framed(
              1, Generic.table(envelope, "u", rows.row(schema), rows.row(schema), 1, 2, i));
      byte[] sent =
          rows.random().nextBoolean()
              ? bytes
              : Arrays.copyOf(bytes, rows.random().nextInt(bytes.length));
      records.add(new WireRecord(null, sent, 0, i));
    }
    try (Duck duck = new Duck()) {
      Loaded loaded =
          ChangeDecoder.feed(id -> known(id, envelope), schema, Missing.REFUSE)
              .load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());

      assertThat(loaded.rows()).isEqualTo(2 * (400L - loaded.undecodable().size()));
      assertThat(
              duck.texts(
                  "SELECT count(*) FROM (SELECT _position FROM t GROUP BY ALL"
                      + " HAVING count(*) <> 2 OR sum(_weight) <> 0)"))
          .containsExactly(List.of("0"));
    }
  }

  @Test
  void cannotHoldTheDecoderUpOrExhaustIt() {
    Schema nothings =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"Change","fields":[
                  {"name":"nothings","type":{"type":"array","items":"null"}},
                  {"name":"chain","type":{"type":"record","name":"Chain","fields":[
                    {"name":"next","type":["null","Chain"]}]}},
                  {"name":"op","type":"string"},
                  {"name":"after","type":["null",{"type":"record","name":"Row","fields":[]}]}]}
                """);
    byte[] endless = ByteBuffer.allocate(40).put((byte) 0).putInt(1).array();
    Arrays.fill(endless, 5, 13, (byte) 0xFF); // a block of more than 2^60 nulls
    endless[13] = 0x7E;
    byte[] deep = new byte[1_000_000];
    Arrays.fill(deep, 6, deep.length, (byte) 2);
    deep[4] = 1;
    try (Duck duck = new Duck()) {
      Loaded loaded =
          Assertions.assertTimeoutPreemptively(
              Duration.ofSeconds(20),
              () ->
                  ChangeDecoder.raw(
                          id -> known(id, nothings),
                          new RowSchema(List.of(), List.of()),
                          Missing.REFUSE)
                      .load(
                          duck.connection(),
                          "t",
                          duck.allocator(),
                          List.of(
                                  List.of(
                                      new WireRecord(null, endless, 0, 1),
                                      new WireRecord(null, deep, 0, 2)))
                              .iterator()));

      assertThat(loaded.undecodable()).hasSize(2);
    }
  }

  @Test
  void doNotOverflowAColumnsType() {
    Schema row =
        SchemaBuilder.record("Row")
            .fields()
            .name("v")
            .type(
                new Schema.Parser()
                    .parse(
                        "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":1}"))
            .noDefault()
            .endRecord();
    Schema envelope =
        SchemaBuilder.record("Change")
            .fields()
            .name("after")
            .type(row)
            .noDefault()
            .requiredString("op")
            .endRecord();
    List<WireRecord> records = new ArrayList<>();
    int[][] unscaled = {
      {0x27, 0x0F}, {0x27, 0x10}, {-0x28, -0x0F}, {-0x28, -0x10}, {}, new int[40], filled(-1, 17)
    };
    for (int[] value : unscaled) {
      ByteBuffer bytes = ByteBuffer.allocate(8 + value.length).put((byte) 0).putInt(1);
      bytes.put((byte) (2 * value.length));
      for (int b : value) {
        bytes.put((byte) b);
      }
      records.add(
          new WireRecord(null, bytes.put((byte) 2).put((byte) 'c').array(), 0, records.size()));
    }
    RowSchema wanted =
        new RowSchema(List.of(new Column("v", new DataType.Decimal(4, 1), false)), List.of());
    try (Duck duck = new Duck()) {
      Loaded loaded =
          ChangeDecoder.raw(id -> known(id, envelope), wanted, Missing.REFUSE)
              .load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());

      assertThat(duck.texts("SELECT v FROM t ORDER BY _position"))
          .containsExactly(List.of("999.9"), List.of("-999.9"), List.of("0.0"), List.of("-0.1"));
      assertThat(loaded.undecodable())
          .extracting(Undecodable::offset, Undecodable::code)
          .containsExactly(
              Tuple.tuple(1L, ChangelogError.CL_006_VALUE_DOES_NOT_FIT),
              Tuple.tuple(3L, ChangelogError.CL_006_VALUE_DOES_NOT_FIT),
              Tuple.tuple(4L, ChangelogError.CL_005_RECORD_MALFORMED));
    }
  }

  private static int[] filled(int value, int length) {
    int[] all = new int[length];
    Arrays.fill(all, value);
    return all;
  }

  private static byte[] damaged(byte[] bytes, RandomGenerator random) {
    byte[] copy = bytes.clone();
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(copy, random.nextInt(copy.length));
      case 1 -> Arrays.copyOf(copy, copy.length + 1 + random.nextInt(5));
      case 2 -> {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
          copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield copy;
      }
      default -> {
        int from = Math.min(copy.length, 5 + random.nextInt(copy.length));
        for (int i = from; i < copy.length; i++) {
          copy[i] = (byte) random.nextInt();
        }
        yield copy;
      }
    };
  }

  private static List<@Nullable Object> readByAvro(
      Schema envelope, RowSchema schema, WireRecord record) {
    byte[] value = record.value();
    GenericRecord change = Generic.read(envelope, value == null ? new byte[0] : value);
    boolean nothing = change.get("op").toString().equals("t");
    Object image = change.get("after") == null ? change.get("before") : change.get("after");
    return nothing || !(image instanceof GenericRecord row)
        ? Arrays.asList(new @Nullable Object[schema.columns().size()])
        : Duck.comparable(Generic.values(row, schema));
  }

  private static Schema known(int id, Schema schema) {
    if (id != 1) {
      throw new MillraceException(ChangelogError.CL_002_SCHEMA_UNKNOWN, "no schema id " + id);
    }
    return schema;
  }
}
