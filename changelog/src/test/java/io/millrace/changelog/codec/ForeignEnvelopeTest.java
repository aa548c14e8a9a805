package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;

/** Envelopes that others than Millrace write. */
class ForeignEnvelopeTest extends OnDuck {
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

  private static Schema optional(Schema schema) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
  }
}
