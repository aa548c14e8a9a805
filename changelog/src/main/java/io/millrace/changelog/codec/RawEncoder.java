package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the changes of one resource in the form of its raw topic: framed Avro of {@link
 * ChangeSchemas#key} and {@link ChangeSchemas#rawValue}. Compiled once for a schema; for one thread
 * at a time.
 */
public final class RawEncoder {
  private final byte[] connector;
  private final byte[] source;
  private final byte[] resource;
  private final int keySchemaId;
  private final int valueSchemaId;
  private final ValueWriter[] rowWriters;
  private final ValueWriter[] keyWriters;
  private final AvroWriter out = new AvroWriter();

  /**
   * An encoder for these rows.
   *
   * @param connector kind of the source, such as cdc
   * @param source name of the source
   * @param resource name of the resource
   * @param row the columns that values come in
   * @param keySchemaId id of {@code ChangeSchemas.key(.., row)}; any number if there is no key
   * @param valueSchemaId id of {@code ChangeSchemas.rawValue(.., row)}
   */
  public RawEncoder(
      String connector,
      String source,
      String resource,
      RowSchema row,
      int keySchemaId,
      int valueSchemaId) {
    this.connector = connector.getBytes(StandardCharsets.UTF_8);
    this.source = source.getBytes(StandardCharsets.UTF_8);
    this.resource = resource.getBytes(StandardCharsets.UTF_8);
    this.keySchemaId = keySchemaId;
    this.valueSchemaId = valueSchemaId;
    this.rowWriters = writers(row.columns());
    this.keyWriters = writers(row.keyOnly().columns());
  }

  /**
   * The record key of these key values, which stand in key order; null if the rows have no key.
   *
   * @throws MillraceException as {@link #value} does
   */
  public byte @Nullable [] key(@Nullable Object[] values) {
    if (keyWriters.length == 0) {
      return null;
    }
    out.begin(keySchemaId);
    row(keyWriters, values);
    return out.end();
  }

  /**
   * The record value of a change.
   *
   * @param at when Millrace saw it
   * @throws MillraceException CL-006 if a value is outside its column's range, CL-010 for NULL
   *     where none may be, CL-011 for a value of another class than the column's
   */
  public byte[] value(RawChange change, Instant at) {
    out.begin(valueSchemaId);
    optionalRow(change.before());
    optionalRow(change.after());
    out.writeBytes(change.op().getBytes(StandardCharsets.UTF_8));
    out.writeBytes(connector);
    out.writeBytes(source);
    out.writeBytes(resource);
    out.writeBoolean(change.snapshot());
    String position = change.position();
    out.writeLong(position == null ? 0 : 1);
    if (position != null) {
      out.writeBytes(position.getBytes(StandardCharsets.UTF_8));
    }
    out.writeLong(micros(change.committedAt()));
    RawChange.Transaction transaction = change.transaction();
    out.writeLong(transaction == null ? 0 : 1);
    if (transaction != null) {
      out.writeBytes(transaction.id().getBytes(StandardCharsets.UTF_8));
      out.writeLong(transaction.totalOrder());
      out.writeLong(transaction.collectionOrder());
    }
    out.writeLong(micros(at));
    return out.end();
  }

  private void optionalRow(@Nullable Object @Nullable [] values) {
    out.writeLong(values == null ? 0 : 1);
    if (values != null) {
      row(rowWriters, values);
    }
  }

  private void row(ValueWriter[] writers, @Nullable Object[] values) {
    if (values.length != writers.length) {
      throw new MillraceException(
          ChangelogError.CL_011_VALUE_OF_OTHER_TYPE,
          String.format(
              Locale.ROOT,
              "a row of %s has %d values for %d columns. The reader of the source has to tell the"
                  + " new shape first.",
              new String(resource, StandardCharsets.UTF_8),
              values.length,
              writers.length));
    }
    for (int i = 0; i < writers.length; i++) {
      writers[i].write(out, values[i]);
    }
  }

  private static ValueWriter[] writers(List<Column> columns) {
    return columns.stream().map(ValueWriter::of).toArray(ValueWriter[]::new);
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }
}
