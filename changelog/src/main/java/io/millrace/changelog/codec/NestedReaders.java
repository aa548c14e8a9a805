package io.millrace.changelog.codec;

import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.DataType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/** Readers of lists, maps and structs. */
final class NestedReaders {
  private NestedReaders() {}

  /** The reader of a list or a map. */
  static Optional<ValueReader> ofItems(Schema written, DataType wanted, ArrowColumn.Items column) {
    if (wanted instanceof DataType.MapOf map) {
      return ofMap(written, map, column);
    }
    return wanted instanceof DataType.ListOf(DataType element)
            && written.getType() == Schema.Type.ARRAY
        ? orNull(written.getElementType(), element, column.items()).map(r -> items(column, r))
        : Optional.empty();
  }

  /** Entries are written alike in Avro's map and in an array of records of key and value. */
  private static Optional<ValueReader> ofMap(
      Schema written, DataType.MapOf wanted, ArrowColumn.Items column) {
    ArrowColumn.Struct entry = (ArrowColumn.Struct) column.items();
    Schema key;
    Schema value;
    if (written.getType() == Schema.Type.MAP) {
      key = Schema.create(Schema.Type.STRING);
      value = written.getValueType();
    } else if (written.getType() == Schema.Type.ARRAY
        && written.getElementType().getType() == Schema.Type.RECORD
        && written.getElementType().getFields().size() == 2) {
      key = written.getElementType().getFields().getFirst().schema();
      value = written.getElementType().getFields().getLast().schema();
    } else {
      return Optional.empty();
    }
    Optional<ValueReader> keys = ValueReader.of(key, wanted.key(), entry.fields().getFirst());
    return orNull(value, wanted.value(), entry.fields().getLast())
        .filter(v -> keys.isPresent())
        .map(v -> entries(column, entry.fields().getFirst(), keys.get(), v));
  }

  /**
   * DuckDB refuses a map with a key twice, and all rows with it. Keys are compared as they lie in
   * the column, because one value can have several forms in Avro.
   */
  private static ValueReader entries(
      ArrowColumn.Items column, ArrowColumn key, ValueReader keys, ValueReader values) {
    Set<Object> seen = new HashSet<>();
    ValueReader entry =
        (in, item) -> {
          keys.read(in, item);
          if (!seen.add(key.value(item))) {
            throw BadRecord.doesNotFit("a map has a key twice.");
          }
          values.read(in, item);
        };
    ValueReader all = items(column, entry);
    return (in, row) -> {
      seen.clear();
      all.read(in, row);
    };
  }

  /** Blocks of items until an empty one; a negative count is followed by the block's length. */
  private static ValueReader items(ArrowColumn.Items column, ValueReader reader) {
    return (in, row) -> {
      int item = column.start(row);
      for (long count = in.readLong(); count != 0; count = in.readLong()) {
        if (count < 0) {
          var _ = in.readLength();
        }
        for (long left = Math.abs(count); left != 0; left--) {
          int before = in.position();
          column.begin(item);
          reader.read(in, item++);
          if (in.position() == before) {
            throw BadRecord.malformed("a list has items without bytes.");
          }
        }
      }
      column.end(row, item);
    };
  }

  /**
   * The reader of a struct: fields that were not written are NULL, and one that was written and is
   * not wanted has no place.
   */
  static Optional<ValueReader> ofStruct(
      Schema written, DataType.Struct wanted, ArrowColumn.Struct column) {
    if (written.getType() != Schema.Type.RECORD) {
      return Optional.empty();
    }
    List<ValueReader> readers = new ArrayList<>();
    List<ArrowColumn> absent = new ArrayList<>(column.fields());
    for (Schema.Field field : written.getFields()) {
      int place = place(wanted, AvroRows.nameOf(field));
      Optional<ValueReader> reader =
          place < 0
              ? Optional.empty()
              : orNull(field.schema(), wanted.parts().get(place), column.fields().get(place));
      if (reader.isEmpty()) {
        return Optional.empty();
      }
      readers.add(reader.get());
      absent.remove(column.fields().get(place));
    }
    return Optional.of((in, row) -> {
      for (ValueReader reader : readers) {
        reader.read(in, row);
      }
      for (ArrowColumn field : absent) {
        field.setNull(row);
      }
    });
  }

  private static int place(DataType.Struct struct, String name) {
    for (int i = 0; i < struct.fields().size(); i++) {
      if (struct.fields().get(i).name().equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The reader of a value that may be null. */
  private static Optional<ValueReader> orNull(Schema written, DataType wanted, ArrowColumn column) {
    Schema value = AvroRows.nonNull(written).orElse(null);
    if (value == null) {
      return Optional.empty();
    }
    return ValueReader.of(value, wanted, column).map(r -> orNull(written, r, column));
  }

  private static ValueReader orNull(Schema written, ValueReader present, ArrowColumn column) {
    if (written.getType() != Schema.Type.UNION) {
      return present;
    }
    int branches = written.getTypes().size();
    int nullBranch = written.getTypes().indexOf(Schema.create(Schema.Type.NULL));
    return (in, row) -> {
      if (in.readIndex(branches) == nullBranch) {
        column.setNull(row);
      } else {
        present.read(in, row);
      }
    };
  }
}
