package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random tables' changes through encoder and decoder; the seed is in the test's name. */
class TableChangesPropertyTest {
  private static final int KEY_ID = 21;
  private static final int VALUE_ID = 22;
  private static final long MICROS = 1_790_000_000_000_000L;
  private static final TableVersion VERSION =
      new TableVersion(7, 42, Instant.EPOCH.plusSeconds(MICROS / 1_000_000));

  static long[] seeds() {
    return SEEDS;
  }

  private static final long[] SEEDS = Seeds.of(25);

  /** A change's two images in comparable form; a NULL image is the empty list. */
  private record Images(List<@Nullable Object> before, List<@Nullable Object> after) {}

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void encodesEachKeysChangeByteForByteAsAvroDoes(long seed) {
    RandomRows rows = new RandomRows(seed);
    RowSchema schema = rows.schema();
    Map<Images, Integer> expected = new HashMap<>();
    List<WireRecord> encoded;
    try (Duck duck = new Duck()) {
      changes(duck, rows, schema, expected);
      encoded = encode(duck, schema);
    }

    Schema envelope = ChangeSchemas.tableValue("t", schema);
    Map<Images, Integer> found = new HashMap<>();
    for (WireRecord record : encoded) {
      GenericRecord change = Generic.read(envelope, value(record));
      @Nullable Object[] before = image(change, "before", schema);
      @Nullable Object[] after = image(change, "after", schema);
      found.merge(new Images(comparable(before), comparable(after)), 1, Integer::sum);
      String op = before == null ? "c" : after == null ? "d" : "u";
      assertThat(value(record))
          .isEqualTo(
              Generic.framed(VALUE_ID, Generic.table(envelope, op, before, after, 7, 42, MICROS)));
      assertThat(record.key()).isEqualTo(key(schema, after == null ? before : after));
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void givesTheTablesZSetBackToAFollower(long seed) {
    RandomRows rows = new RandomRows(seed);
    RowSchema schema = rows.schema();
    try (Duck duck = new Duck()) {
      Map<Images, Integer> images = new HashMap<>();
      changes(duck, rows, schema, images);
      List<WireRecord> encoded = encode(duck, schema);
      ChangeDecoder decoder =
          ChangeDecoder.feed(
              Map.of(VALUE_ID, ChangeSchemas.tableValue("t", schema))::get, schema, Missing.REFUSE);

      Loaded loaded =
          decoder.load(duck.connection(), "feed", duck.allocator(), List.of(encoded).iterator());

      assertThat(loaded.undecodable()).isEmpty();
      List<Column> columns = new ArrayList<>(schema.columns());
      columns.add(new Column("_weight", DataType.Simple.INTEGER, false));
      columns.add(new Column("_version", DataType.Simple.BIGINT, false));
      columns.add(new Column("_cut", DataType.Simple.BIGINT, false));
      assertThat(duck.rows(columns, "FROM feed"))
          .containsExactlyInAnyOrderElementsOf(weighted(images));
      assertThat(loaded.rows()).isEqualTo(weighted(images).size());
    }
  }

  /** Makes the relation "changes" with at most one old and one new row of a key. */
  private static void changes(
      Duck duck, RandomRows rows, RowSchema schema, Map<Images, Integer> expected) {
    List<Column> columns = new ArrayList<>(schema.columns());
    columns.add(new Column("_change_type", DataType.Simple.VARCHAR, false));
    RowSchema typed = new RowSchema(columns, List.of());
    Schema envelope = ChangeSchemas.rawValue("c", typed);
    List<WireRecord> records = new ArrayList<>();
    Set<List<@Nullable Object>> keys = new HashSet<>();
    int count = rows.random().nextInt(400);
    for (int i = 0; i < count; i++) {
      @Nullable Object[] before = rows.row(schema);
      @Nullable Object[] after = rows.row(schema);
      copyKey(schema, before, after);
      if (!schema.key().isEmpty() && !keys.add(keyOf(schema, before))) {
        continue;
      }
      int kind = rows.random().nextInt(4);
      if (kind != 0) {
        String type = kind == 1 ? "delete" : kind == 2 ? "update_preimage" : "delete";
        records.add(record(envelope, before, type, records.size()));
      }
      if (kind != 1) {
        String type = kind == 2 ? "update_postimage" : "insert";
        records.add(record(envelope, after, type, records.size()));
      }
      boolean together = kind > 1 && !schema.key().isEmpty();
      if (together) {
        expected.merge(new Images(comparable(before), comparable(after)), 1, Integer::sum);
      } else {
        if (kind != 0) {
          expected.merge(new Images(comparable(before), List.of()), 1, Integer::sum);
        }
        if (kind != 1) {
          expected.merge(new Images(List.of(), comparable(after)), 1, Integer::sum);
        }
      }
    }
    ChangeDecoder.raw(Map.of(1, envelope)::get, typed, Missing.REFUSE)
        .load(duck.connection(), "changes", duck.allocator(), List.of(records).iterator());
  }

  private static WireRecord record(
      Schema envelope, @Nullable Object[] row, String type, int offset) {
    @Nullable Object[] typed = Arrays.copyOf(row, row.length + 1);
    typed[row.length] = type;
    return new WireRecord(
        null, Generic.framed(1, Generic.raw(envelope, "c", null, typed, 0)), 0, offset);
  }

  private static List<WireRecord> encode(Duck duck, RowSchema schema) {
    List<WireRecord> encoded = new ArrayList<>();
    long count =
        new ChangeEncoder("dim.customer", schema, KEY_ID, VALUE_ID)
            .encode(
                duck.connection(),
                duck.allocator(),
                OrderedChanges.sql("changes", schema),
                VERSION,
                (key, value) -> encoded.add(new WireRecord(key, value, 0, encoded.size())));
    assertThat(encoded).hasSize((int) count);
    return encoded;
  }

  private static List<List<@Nullable Object>> weighted(Map<Images, Integer> images) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    images.forEach((image, count) -> {
      for (int i = 0; i < count; i++) {
        if (!image.before.isEmpty()) {
          rows.add(with(image.before, -1, 7L, 42L));
        }
        if (!image.after.isEmpty()) {
          rows.add(with(image.after, 1, 7L, 42L));
        }
      }
    });
    return rows;
  }

  private static List<@Nullable Object> with(List<@Nullable Object> row, Object... more) {
    List<@Nullable Object> all = new ArrayList<>(row);
    all.addAll(Arrays.asList(more));
    return all;
  }

  private static void copyKey(RowSchema schema, @Nullable Object[] from, @Nullable Object[] to) {
    for (String key : schema.key()) {
      int i = schema.names().indexOf(key);
      to[i] = from[i];
    }
  }

  /** Zero and minus zero are one key for DuckDB. */
  private static List<@Nullable Object> keyOf(RowSchema schema, @Nullable Object[] row) {
    List<@Nullable Object> key = new ArrayList<>();
    for (String name : schema.key()) {
      Object value = row[schema.names().indexOf(name)];
      key.add(
          switch (value) {
            case Float f -> f + 0f;
            case Double d -> d + 0d;
            case byte[] bytes -> Duck.comparable(new Object[] {bytes});
            case null -> null;
            default -> value;
          });
    }
    return key;
  }

  private static byte @Nullable [] key(RowSchema schema, @Nullable Object @Nullable [] row) {
    if (schema.key().isEmpty() || row == null) {
      return null;
    }
    @Nullable Object[] values =
        schema.key().stream().map(k -> row[schema.names().indexOf(k)]).toArray();
    return Generic.framed(KEY_ID, Generic.row(ChangeSchemas.key("t", schema), values));
  }

  private static @Nullable Object @Nullable [] image(
      GenericRecord change, String side, RowSchema schema) {
    return change.get(side) instanceof GenericRecord row ? Generic.values(row, schema) : null;
  }

  private static List<@Nullable Object> comparable(@Nullable Object @Nullable [] row) {
    return row == null ? List.of() : Duck.comparable(row);
  }

  private static byte[] value(WireRecord record) {
    byte[] value = record.value();
    return Objects.requireNonNull(value);
  }
}
