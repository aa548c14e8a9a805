package io.millrace.changelog.wire;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.Cut;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Generated records in the Confluent wire format: a zero byte, the schema's id in four bytes, Avro
 * binary. For the few records of the control topics; row changes have their own codec.
 */
public final class WireFormat {
  private static final int HEADER_BYTES = 5;

  static {
    // Avro makes no object of a class that is not trusted by name: only the control records are.
    String ours = Cut.class.getPackageName();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.DEFAULT, type -> type.getPackageName().equals(ours)));
  }

  private WireFormat() {}

  /** The framed bytes of a record whose schema is registered under {@code schemaId}. */
  public static byte[] encode(int schemaId, SpecificRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    bytes.writeBytes(ByteBuffer.allocate(HEADER_BYTES).put((byte) 0).putInt(schemaId).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      SpecificData data = SpecificData.getForClass(record.getClass());
      new SpecificDatumWriter<SpecificRecord>(record.getSchema(), data).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The schema id of framed bytes. */
  public static int schemaId(byte[] framed) {
    if (framed.length < HEADER_BYTES || framed[0] != 0) {
      throw new MillraceException(
          ChangelogError.CL_051_CONTROL_RECORD,
          "a record of a control topic is not in the Confluent wire format. Something else than"
              + " Millrace writes to this topic: stop it.");
    }
    return ByteBuffer.wrap(framed, 1, 4).getInt();
  }

  /** The record in framed bytes that were written with {@code writer}. */
  public static <T extends SpecificRecord> T decode(
      byte[] framed, Schema writer, Schema reader, Class<T> type) {
    try {
      SpecificDatumReader<T> datum =
          new SpecificDatumReader<>(writer, reader, SpecificData.getForClass(type));
      return type.cast(
          datum.read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(framed, HEADER_BYTES, framed.length - HEADER_BYTES, null)));
    } catch (IOException e) {
      throw new MillraceException(
          ChangelogError.CL_051_CONTROL_RECORD,
          "a record of a control topic does not decode as " + type.getSimpleName() + ".",
          e);
    }
  }
}
