package io.millrace.changelog.codec;

import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.EnvelopeSchemas;
import io.millrace.contracts.row.RowSchema;
import org.apache.avro.Schema;

/** The Avro schemas under which a changelog topic is to be registered. */
public final class ChangeSchemas {
  private ChangeSchemas() {}

  /**
   * The record keys of such rows; of no use when the rows have no key.
   *
   * @param namespace Avro namespace, one a topic
   */
  public static Schema key(String namespace, RowSchema row) {
    return AvroRows.record(namespace, "Key", row.keyOnly());
  }

  /** The values of a raw topic, as {@link RawEncoder} writes them. */
  public static Schema rawValue(String namespace, RowSchema row) {
    return AvroRows.envelope(namespace, row, EnvelopeSchemas.RAW_SOURCE);
  }

  /** The values of a table's topic, as {@link ChangeEncoder} writes them. */
  public static Schema tableValue(String namespace, RowSchema row) {
    return AvroRows.envelope(namespace, row, EnvelopeSchemas.TABLE_SOURCE);
  }
}
