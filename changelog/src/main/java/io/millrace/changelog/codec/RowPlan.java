package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.Schema;

/** How the row records of one writer's schema go into the wanted columns. */
final class RowPlan {
  private final Step[] steps;
  private final ArrowColumn[] absent;

  private RowPlan(List<Step> steps, List<ArrowColumn> absent) {
    this.steps = steps.toArray(Step[]::new);
    this.absent = absent.toArray(ArrowColumn[]::new);
  }

  /**
   * One field in the writer's order.
   *
   * @param branches of its union; 0 if it is none
   * @param nullBranch the one that is null; -1 if there is none
   */
  private record Step(
      String name, int branches, int nullBranch, ValueReader whenNull, ValueReader reader) {}

  /**
   * Compiles the plan.
   *
   * @param record the writer's record
   * @param wanted the columns to fill, found by name without case, else exact case first
   * @param columns where their values go, in the order of {@code wanted}
   * @throws MillraceException CL-007 for a column that is not there and must be, CL-008 for one
   *     whose type does not widen to the wanted one
   */
  static RowPlan compile(
      Schema record, List<Column> wanted, List<ArrowColumn> columns, Missing missing) {
    int[] source = new int[wanted.size()];
    List<ArrowColumn> absent = new ArrayList<>();
    for (int i = 0; i < source.length; i++) {
      source[i] = position(record, wanted.get(i).name());
      if (source[i] < 0) {
        if (missing == Missing.REFUSE) {
          throw absent(record, wanted.get(i).name());
        }
        absent.add(columns.get(i));
      }
    }
    List<Step> steps = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      boolean read = false;
      for (int i = 0; i < source.length; i++) {
        if (source[i] == field.pos()) {
          steps.add(step(record, field, wanted.get(i), columns.get(i)));
          read = true;
        }
      }
      if (!read) {
        Skip skip = Skip.of(field.schema());
        ValueReader over = (in, row) -> skip.skip(in);
        steps.add(new Step(field.name(), 0, -1, over, over));
      }
    }
    return new RowPlan(steps, absent);
  }

  /** The field that stands for the column of that name, or -1. */
  static int position(Schema record, String column) {
    int found = -1;
    for (Schema.Field field : record.getFields()) {
      String name = AvroRows.nameOf(field);
      if (name.equals(column)) {
        return field.pos();
      }
      if (found < 0 && name.equalsIgnoreCase(column)) {
        found = field.pos();
      }
    }
    return found;
  }

  static MillraceException absent(Schema record, String column) {
    return new MillraceException(
        ChangelogError.CL_007_COLUMN_MISSING,
        String.format(
            Locale.ROOT,
            "column %s is not in the records of %s. Give it back to the source, take it out of the"
                + " table, or let the table's schema evolve.",
            column,
            record.getFullName()));
  }

  /** Reads a record into that row of all columns. */
  void run(AvroCursor in, int row) throws BadRecord {
    for (ArrowColumn column : absent) {
      column.setNull(row);
    }
    Step[] all = steps;
    int i = 0;
    try {
      for (; i < all.length; i++) {
        Step step = all[i];
        if (step.branches > 0 && in.readIndex(step.branches) == step.nullBranch) {
          step.whenNull.read(in, row);
        } else {
          step.reader.read(in, row);
        }
      }
    } catch (BadRecord e) {
      throw e.in(all[i].name);
    }
  }

  private static Step step(Schema record, Schema.Field field, Column wanted, ArrowColumn column) {
    Schema schema = field.schema();
    int branches = 0;
    int nullBranch = -1;
    Optional<Schema> value = AvroRows.nonNull(schema);
    if (schema.getType() == Schema.Type.UNION) {
      branches = schema.getTypes().size();
      nullBranch = schema.getTypes().indexOf(Schema.create(Schema.Type.NULL));
    }
    ValueReader whenNull = (in, row) -> column.setNull(row);
    ValueReader reader =
        isNull(schema)
            ? whenNull
            : value
                .flatMap(type -> ValueReader.of(type, wanted.type(), column))
                .orElseThrow(() -> retyped(record, field, wanted));
    return new Step(wanted.name(), branches, nullBranch, whenNull, reader);
  }

  private static boolean isNull(Schema schema) {
    return schema.getType() == Schema.Type.UNION
        ? schema.getTypes().stream().allMatch(RowPlan::isNull)
        : schema.getType() == Schema.Type.NULL;
  }

  private static MillraceException retyped(Schema record, Schema.Field field, Column wanted) {
    return new MillraceException(
        ChangelogError.CL_008_COLUMN_RETYPED,
        String.format(
            Locale.ROOT,
            "column %s is %s in the records of %s and %s in the table, which does not hold all its"
                + " values. Change the source back, or let the table's schema evolve.",
            wanted.name(),
            typeName(record, field),
            record.getFullName(),
            wanted.type().sql()));
  }

  private static String typeName(Schema record, Schema.Field field) {
    try {
      DataType type = AvroRows.typeOf(record, field);
      return type.sql();
    } catch (MillraceException e) {
      return "of the Avro type " + field.schema().getType().getName();
    }
  }
}
