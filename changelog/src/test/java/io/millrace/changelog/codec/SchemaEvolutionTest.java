package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Writers' schemas that differ from the wanted columns. */
class SchemaEvolutionTest {
  /** What no column can hold: every nested type, also one that holds itself. */
  private static final String NESTED =
      """
      {"type":"record","name":"Nested","fields":[
        {"name":"list","type":{"type":"array","items":["null","string"]}},
        {"name":"map","type":{"type":"map","values":"double"}},
        {"name":"either","type":["null","int",{"type":"array","items":"null"},"string"]},
        {"name":"next","type":["null","Nested"]}]}
      """;

  private static final long[] SEEDS = Seeds.of(25);

  private final Duck duck = new Duck();

  static long[] seeds() {
    return SEEDS;
  }

  @AfterEach
  void close() {
    duck.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void findsColumnsByNameWhateverStandsBetweenThem(long seed) {
    RandomRows rows = new RandomRows(seed);
    RowSchema wanted = rows.schema();
    List<Column> columns = new ArrayList<>(wanted.columns());
    Collections.shuffle(columns, Random.from(rows.random()));
    columns
        .subList(columns.size() / 2, columns.size())
        .removeIf(c -> rows.random().nextInt(3) == 0);
    RowSchema written = new RowSchema(columns, List.of());
    Schema rowRecord = withNested(AvroRows.record("w", "Row", written), rows);
    Schema envelope =
        SchemaBuilder.record("Change")
            .fields()
            .name("extra")
            .type(new Schema.Parser().parse(NESTED))
            .noDefault()
            .name("op")
            .type()
            .stringType()
            .noDefault()
            .name("after")
            .type(rowRecord)
            .noDefault()
            .endRecord();
    List<WireRecord> records = new ArrayList<>();
    List<List<@Nullable Object>> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      @Nullable Object[] values = rows.row(written);
      GenericRecord change = new GenericData.Record(envelope);
      change.put("extra", nested(envelope.getField("extra").schema(), rows, 0));
      change.put("op", "u");
      change.put("after", after(rowRecord, written, values, rows));
      records.add(new WireRecord(null, Generic.framed(1, change), 0, i));
      expected.add(
          Duck.comparable(
              wanted.columns().stream()
                  .map(c -> columns.contains(c) ? values[columns.indexOf(c)] : null)
                  .toArray()));
    }

    Loaded loaded =
        ChangeDecoder.raw(Map.of(1, envelope)::get, wanted, Missing.NULL)
            .load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());

    assertThat(loaded.undecodable()).isEmpty();
    assertThat(duck.rows(wanted.columns(), "FROM t ORDER BY _position")).isEqualTo(expected);
  }

  @Test
  void refusesRecordsOfAnotherKey() {
    List<Column> columns =
        List.of(
            new Column("id", DataType.Simple.INTEGER, false),
            new Column("region", DataType.Simple.VARCHAR, false));
    RowSchema wanted = new RowSchema(columns, List.of("id"));
    RowSchema written = new RowSchema(columns, List.of("id", "region"));
    RawEncoder encoder = new RawEncoder("cdc", "s", "r", written, 1, 2);
    RawChange change =
        new RawChange("c", null, new Object[] {1, "eu"}, false, null, Instant.EPOCH, null);
    byte[] value = encoder.value(change, Instant.EPOCH);
    List<WireRecord> records = List.of(new WireRecord(null, value, 0, 0));
    Schema envelope = ChangeSchemas.rawValue("w", written);
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() ->
            ChangeDecoder.raw(Map.of(2, envelope)::get, wanted, Missing.REFUSE)
                .load(duck.connection(), "t", duck.allocator(), List.of(records).iterator()))
        .matches(e -> e.errorCode().code().equals("CL-014"))
        .withMessageContaining("[id, region]");
  }

  @Test
  void readsEachRecordByItsOwnWriter() {
    RowSchema first = columns(new Column("ID", DataType.Simple.INTEGER, false));
    RowSchema second =
        columns(
            new Column("note", DataType.Simple.VARCHAR, true),
            new Column("id", DataType.Simple.BIGINT, false));
    Schema one = ChangeSchemas.rawValue("t", first);
    Schema two = ChangeSchemas.rawValue("t", second);
    List<WireRecord> records =
        List.of(
            record(1, 0, Generic.raw(one, "c", null, new Object[] {1}, 0)),
            record(2, 1, Generic.raw(two, "c", null, new Object[] {"n", 2L}, 0)),
            record(1, 2, Generic.raw(one, "c", null, new Object[] {3}, 0)));

    ChangeDecoder.raw(Map.of(1, one, 2, two)::get, second, Missing.NULL)
        .load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());

    assertThat(duck.texts("SELECT id, note FROM t"))
        .containsExactly(
            Arrays.asList("1", null), Arrays.asList("2", "n"), Arrays.asList("3", null));
  }

  @Test
  void namesAMissingColumn() {
    assertRefused(
        columns(new Column("id", DataType.Simple.BIGINT, false)),
        columns(
            new Column("id", DataType.Simple.BIGINT, false),
            new Column("status", DataType.Simple.VARCHAR, true)),
        ChangelogError.CL_007_COLUMN_MISSING,
        "column status");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TINYINT|SMALLINT|-5|-5",
        "TINYINT|BIGINT|-5|-5",
        "SMALLINT|INTEGER|300|300",
        "INTEGER|BIGINT|-7|-7",
        "FLOAT|DOUBLE|1.5|1.5",
        "DECIMAL(5,2)|DECIMAL(30,2)|-1.25|-1.25",
        "DECIMAL(18,0)|DECIMAL(19,0)|999999999999999999|999999999999999999",
      })
  void widensToATypeThatHoldsAllValues(String from, String to, String value, String expected) {
    RowSchema written = columns(new Column("v", DataType.ofSql(from), true));
    RowSchema wanted = columns(new Column("v", DataType.ofSql(to), true));
    Schema envelope = ChangeSchemas.rawValue("t", written);
    WireRecord record =
        record(
            1,
            0,
            Generic.raw(
                envelope,
                "c",
                null,
                new Object[] {parsed(written.columns().getFirst().type(), value)},
                0));

    ChangeDecoder.raw(Map.of(1, envelope)::get, wanted, Missing.REFUSE)
        .load(duck.connection(), "t", duck.allocator(), List.of(List.of(record)).iterator());

    assertThat(duck.texts("SELECT v, typeof(v) FROM t"))
        .containsExactly(List.of(expected, wanted.columns().getFirst().type().sql()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BIGINT|INTEGER",
        "INTEGER|SMALLINT",
        "SMALLINT|TINYINT",
        "DOUBLE|FLOAT",
        "INTEGER|DOUBLE",
        "BIGINT|VARCHAR",
        "VARCHAR|BIGINT",
        "VARCHAR|BLOB",
        "BLOB|VARCHAR",
        "DECIMAL(10,2)|DECIMAL(9,2)",
        "DECIMAL(10,2)|DECIMAL(12,3)",
        "DECIMAL(10,2)|BLOB",
        "BLOB|DECIMAL(10,2)",
        "DATE|INTEGER",
        "INTEGER|DATE",
        "TIMESTAMP|TIMESTAMP WITH TIME ZONE",
        "TIMESTAMP WITH TIME ZONE|TIMESTAMP",
        "TIMESTAMP|BIGINT",
        "TIME|BIGINT",
        "BIGINT|TIMESTAMP",
        "BOOLEAN|INTEGER",
        "INTEGER|BOOLEAN",
      })
  void namesARetypedColumnAndBothItsTypes(String from, String to) {
    assertRefused(
        columns(new Column("v", DataType.ofSql(from), true)),
        columns(new Column("v", DataType.ofSql(to), true)),
        ChangelogError.CL_008_COLUMN_RETYPED,
        "column v",
        " " + from + " ",
        " " + to + " ");
  }

  @Test
  void namesANestedColumnThatIsWanted() {
    Schema envelope =
        SchemaBuilder.record("Change")
            .fields()
            .name("after")
            .type(new Schema.Parser().parse(NESTED))
            .noDefault()
            .requiredString("op")
            .endRecord();

    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() ->
            ChangeDecoder.raw(
                    Map.of(1, envelope)::get,
                    columns(new Column("list", DataType.Simple.VARCHAR, true)),
                    Missing.REFUSE)
                .load(
                    duck.connection(),
                    "t",
                    duck.allocator(),
                    List.of(List.of(new WireRecord(null, new byte[] {0, 0, 0, 0, 1}, 0, 0)))
                        .iterator()))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(ChangelogError.CL_008_COLUMN_RETYPED))
        .satisfies(
            e -> assertThat(e.getMessage()).contains("column list", " VARCHAR[] ", " VARCHAR "));
  }

  private void assertRefused(
      RowSchema written, RowSchema wanted, ChangelogError code, String... words) {
    Schema envelope = ChangeSchemas.rawValue("t", written);
    WireRecord record = new WireRecord(null, new byte[] {0, 0, 0, 0, 1}, 0, 0);

    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() ->
            ChangeDecoder.raw(Map.of(1, envelope)::get, wanted, Missing.REFUSE)
                .load(
                    duck.connection(), "t", duck.allocator(), List.of(List.of(record)).iterator()))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(code))
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  /** The record with nested fields put between its columns. */
  private static Schema withNested(Schema record, RandomRows rows) {
    List<Schema.Field> fields = new ArrayList<>();
    Schema nested = new Schema.Parser().parse(NESTED);
    for (Schema.Field field : record.getFields()) {
      if (rows.random().nextInt(3) == 0) {
        fields.add(new Schema.Field("nested_" + fields.size(), nested));
      }
      fields.add(new Schema.Field(field, field.schema()));
    }
    return Schema.createRecord("Row", null, "w", false, fields);
  }

  private static GenericRecord after(
      Schema record, RowSchema written, @Nullable Object[] values, RandomRows rows) {
    GenericRecord plain = Generic.row(AvroRows.record("w", "Row", written), values);
    GenericRecord row = new GenericData.Record(record);
    for (Schema.Field field : record.getFields()) {
      row.put(
          field.pos(),
          plain.hasField(field.name()) ? plain.get(field.name()) : nested(field.schema(), rows, 0));
    }
    return row;
  }

  private static GenericRecord nested(Schema schema, RandomRows rows, int depth) {
    GenericRecord record = new GenericData.Record(schema);
    record.put("list", rows.random().nextBoolean() ? List.of() : Arrays.asList("a", null, "b"));
    record.put("map", rows.random().nextBoolean() ? Map.of() : Map.of("x", 1.5, "y", 2.5));
    record.put(
        "either",
        switch (rows.random().nextInt(4)) {
          case 0 -> null;
          case 1 -> 77;
          case 2 -> Arrays.asList(null, null, null);
          default -> "text";
        });
    record.put("next", depth < 3 ? nested(schema, rows, depth + 1) : null);
    return record;
  }

  private static Object parsed(DataType type, String value) {
    return switch (type) {
      case DataType.Simple.FLOAT -> Float.parseFloat(value);
      case DataType.Simple simple -> Integer.parseInt(value);
      case DataType.Decimal decimal -> new BigDecimal(value);
      case DataType.Nested nested -> throw new IllegalArgumentException(nested.sql());
    };
  }

  private static RowSchema columns(Column... columns) {
    return new RowSchema(List.of(columns), List.of());
  }

  private static WireRecord record(int schemaId, long offset, GenericRecord change) {
    return new WireRecord(null, Generic.framed(schemaId, change), 0, offset);
  }
}
