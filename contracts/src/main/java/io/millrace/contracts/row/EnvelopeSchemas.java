package io.millrace.contracts.row;

import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/** The fixed parts of a change's Avro envelope. */
public final class EnvelopeSchemas {
  /** Microseconds since the epoch, UTC. */
  public static final Schema INSTANT =
      LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));

  /**
   * The transaction of the source that a raw change belongs to; null in snapshots and on table
   * topics.
   */
  public static final Schema TRANSACTION =
      SchemaBuilder.record("Transaction")
          .namespace("io.millrace")
          .fields()
          .requiredString("id")
          .requiredLong("total_order")
          .requiredLong("data_collection_order")
          .endRecord();

  /**
   * The source block of a raw change: connector kind, source and resource name, whether the row is
   * of a snapshot, its position in the source's own terms, and when its source committed it.
   */
  public static final Schema RAW_SOURCE =
      SchemaBuilder.record("RawSource")
          .namespace("io.millrace")
          .fields()
          .requiredString("connector")
          .requiredString("name")
          .requiredString("table")
          .requiredBoolean("snapshot")
          .name("position")
          .type(
              Schema.createUnion(
                  Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING)))
          .withDefault(null)
          .name("ts_us")
          .type(INSTANT)
          .noDefault()
          .endRecord();

  /** The source block of a table's change: the table, the Delta version and the cut it shows. */
  public static final Schema TABLE_SOURCE =
      SchemaBuilder.record("TableSource")
          .namespace("io.millrace")
          .fields()
          .requiredString("table")
          .requiredLong("version")
          .requiredLong("cut")
          .endRecord();

  private EnvelopeSchemas() {}
}
