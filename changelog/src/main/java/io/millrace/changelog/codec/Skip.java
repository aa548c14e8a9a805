package io.millrace.changelog.codec;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** Goes over one value of any Avro type without looking at it. */
@FunctionalInterface
interface Skip {

  void skip(AvroCursor in) throws BadRecord;

  /** Compiles the skip of this schema, which may refer to itself. */
  static Skip of(Schema schema) {
    return compile(schema, new IdentityHashMap<>());
  }

  private static Skip compile(Schema schema, Map<Schema, Skip> known) {
    return switch (schema.getType()) {
      case NULL -> in -> {};
      case BOOLEAN -> AvroCursor::readBoolean;
      case INT -> AvroCursor::readInt;
      case LONG -> AvroCursor::readLong;
      case FLOAT -> in -> in.advance(4);
      case DOUBLE -> in -> in.advance(8);
      case STRING, BYTES -> in -> in.advance(in.readLength());
      case FIXED -> {
        int size = schema.getFixedSize();
        yield in -> in.advance(size);
      }
      case ENUM -> {
        int symbols = schema.getEnumSymbols().size();
        yield in -> in.readIndex(symbols);
      }
      case UNION -> {
        List<Skip> branches = new ArrayList<>();
        for (Schema branch : schema.getTypes()) {
          branches.add(compile(branch, known));
        }
        Skip[] all = branches.toArray(Skip[]::new);
        yield in -> all[in.readIndex(all.length)].skip(in);
      }
      case ARRAY -> blocks(compile(schema.getElementType(), known));
      case MAP -> {
        Skip value = compile(schema.getValueType(), known);
        yield blocks(in -> {
          in.advance(in.readLength());
          value.skip(in);
        });
      }
      case RECORD -> record(schema, known);
    };
  }

  private static Skip record(Schema schema, Map<Schema, Skip> known) {
    Skip seen = known.get(schema);
    if (seen != null) {
      return seen;
    }
    Skip[] fields = new Skip[schema.getFields().size()];
    Skip all =
        in -> {
          in.enter();
          for (Skip field : fields) {
            field.skip(in);
          }
          in.leave();
        };
    known.put(schema, all);
    for (int i = 0; i < fields.length; i++) {
      fields[i] = compile(schema.getFields().get(i).schema(), known);
    }
    return all;
  }

  /** Blocks of items until an empty one; a negative count is followed by the block's bytes. */
  private static Skip blocks(Skip item) {
    return in -> {
      for (long count = in.readLong(); count != 0; count = in.readLong()) {
        if (count < 0) {
          in.advance(in.readLength());
          continue;
        }
        for (long i = 0; i < count; i++) {
          int before = in.position();
          item.skip(in);
          if (in.position() == before) {
            break; // items without bytes, of which a few bytes can announce a trillion
          }
        }
      }
    };
  }
}
