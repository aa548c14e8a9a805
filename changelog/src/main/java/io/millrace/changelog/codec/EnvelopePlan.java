package io.millrace.changelog.codec;

import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.Schema;

/** How the envelopes of one writer's schema are read, field by field in the writer's order. */
final class EnvelopePlan {
  private final Part[] parts;

  private EnvelopePlan(List<Part> parts) {
    this.parts = parts.toArray(Part[]::new);
  }

  /** Reads one part of an envelope into the change that it tells of. */
  @FunctionalInterface
  interface Part {
    void read(AvroCursor in, OpenChange change) throws BadRecord;
  }

  /**
   * Compiles the plan. A field that Millrace does not know is skipped.
   *
   * @param before what to do with the row record under before, when it is there
   * @param after what to do with the row record under after, when it is there
   * @throws MillraceException CON-002 if the schema is not an envelope
   */
  static EnvelopePlan compile(
      Schema envelope, Function<Schema, Part> before, Function<Schema, Part> after) {
    if (envelope.getType() != Schema.Type.RECORD
        || envelope.getField("after") == null
        || envelope.getField("op") == null) {
      throw notAnEnvelope(envelope, "has no after and op");
    }
    List<Part> parts = new ArrayList<>();
    for (Schema.Field field : envelope.getFields()) {
      Schema schema = field.schema();
      parts.add(
          switch (field.name()) {
            case "before" -> row(envelope, schema, before);
            case "after" -> row(envelope, schema, after);
            case "op" -> op(envelope, schema);
            case "source" -> source(schema);
            default -> skip(schema);
          });
    }
    return new EnvelopePlan(parts);
  }

  /** Reads the whole record; fails unless it ends where its bytes do. */
  void run(AvroCursor in, OpenChange change) throws BadRecord {
    for (Part part : parts) {
      part.read(in, change);
    }
    in.expectEnd();
  }

  static MillraceException notAnEnvelope(Schema schema, String why) {
    return new MillraceException(
        ContractError.CON_002_NOT_AN_ENVELOPE,
        String.format(
            Locale.ROOT,
            "schema %s %s. Write changes with before, after, op and source.",
            schema.getFullName(),
            why));
  }

  private static Part skip(Schema schema) {
    Skip skip = Skip.of(schema);
    return (in, change) -> skip.skip(in);
  }

  private static Part row(Schema envelope, Schema schema, Function<Schema, Part> read) {
    Schema record =
        AvroRows.nonNull(schema)
            .filter(s -> s.getType() == Schema.Type.RECORD)
            .orElseThrow(() -> notAnEnvelope(envelope, "has no row record under before or after"));
    return optional(schema, read.apply(record));
  }

  private static Part op(Schema envelope, Schema schema) {
    Schema type =
        AvroRows.nonNull(schema).orElseThrow(() -> notAnEnvelope(envelope, "has no text under op"));
    return switch (type.getType()) {
      case STRING ->
          optional(
              schema,
              (in, change) -> {
                int length = in.readLength();
                int from = in.advance(length);
                change.op(length == 1 ? in.bytes()[from] : 0);
              });
      case ENUM -> {
        byte[] letters = new byte[type.getEnumSymbols().size()];
        for (int i = 0; i < letters.length; i++) {
          byte[] symbol = type.getEnumSymbols().get(i).getBytes(StandardCharsets.UTF_8);
          letters[i] = symbol.length == 1 ? symbol[0] : 0;
        }
        yield optional(schema, (in, change) -> change.op(letters[in.readIndex(letters.length)]));
      }
      case NULL, BOOLEAN, INT, LONG, FLOAT, DOUBLE, BYTES, FIXED, RECORD, ARRAY, MAP, UNION ->
          throw notAnEnvelope(envelope, "has no text under op");
    };
  }

  /** The numbers of the source block that a change keeps; everything else is skipped. */
  private static Part source(Schema schema) {
    Optional<Schema> record =
        AvroRows.nonNull(schema).filter(s -> s.getType() == Schema.Type.RECORD);
    if (record.isEmpty()) {
      return skip(schema);
    }
    Part[] fields =
        record.get().getFields().stream().map(EnvelopePlan::sourceField).toArray(Part[]::new);
    return optional(
        schema,
        (in, change) -> {
          for (Part field : fields) {
            field.read(in, change);
          }
        });
  }

  private static Part sourceField(Schema.Field field) {
    boolean number =
        AvroRows.nonNull(field.schema())
            .filter(s -> s.getType() == Schema.Type.LONG || s.getType() == Schema.Type.INT)
            .isPresent();
    if (!number) {
      return skip(field.schema());
    }
    return switch (field.name()) {
      case "ts_us" ->
          optional(field.schema(), (in, change) -> change.committedMicros(in.readLong()));
      case "ts_ms" ->
          optional(field.schema(), (in, change) -> change.committedMillis(in.readLong()));
      case "version" -> optional(field.schema(), (in, change) -> change.version(in.readLong()));
      case "cut" -> optional(field.schema(), (in, change) -> change.cut(in.readLong()));
      default -> skip(field.schema());
    };
  }

  /** Reads the part unless a union says that it is null. */
  private static Part optional(Schema schema, Part part) {
    if (schema.getType() != Schema.Type.UNION) {
      return part;
    }
    int branches = schema.getTypes().size();
    int nullBranch = schema.getTypes().indexOf(Schema.create(Schema.Type.NULL));
    return (in, change) -> {
      if (in.readIndex(branches) != nullBranch) {
        part.read(in, change);
      }
    };
  }
}
