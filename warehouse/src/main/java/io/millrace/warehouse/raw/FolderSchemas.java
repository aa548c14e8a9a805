package io.millrace.warehouse.raw;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * Raw schemas kept beside the warehouse: {@code .millrace/schemas/<source>.<resource>.avsc}, Avro
 * schemas of a row or of a change envelope.
 *
 * @param folder the warehouse folder
 */
public record FolderSchemas(Path folder) implements RawSchemas {

  @Override
  public Optional<RowSchema> of(String source, String resource) {
    Path file = file(source, resource);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Schema schema = new Schema.Parser().parse(Files.readString(file));
      boolean envelope =
          schema.getType() == Schema.Type.RECORD
              && schema.getField("after") != null
              && schema.getField("op") != null;
      return Optional.of(AvroRows.rowOf(envelope ? AvroRows.rowRecord(schema) : schema));
    } catch (IOException | SchemaParseException e) {
      throw new MillraceException(
          WarehouseError.WH_001_UNREADABLE_FILE,
          file + " is no Avro schema. Mend it, or delete it to have it asked for again.",
          e);
    }
  }

  /**
   * Keeps a schema, in place of the one that may be there.
   *
   * @param schema of a row or of a change envelope
   * @throws MillraceException WH-001 when it cannot be written
   */
  public void keep(String source, String resource, Schema schema) {
    Path file = file(source, resource);
    try {
      Path fresh = Files.createDirectories(file.getParent()).resolve(file.getFileName() + ".new");
      Files.writeString(fresh, schema.toString());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new MillraceException(
          WarehouseError.WH_001_UNREADABLE_FILE,
          file + " cannot be written. See that its folder may be written to.",
          e);
    }
  }

  /** Where the schema of a resource is kept. */
  public Path file(String source, String resource) {
    return folder
        .resolve(".millrace")
        .resolve("schemas")
        .resolve(source + "." + resource + ".avsc");
  }
}
