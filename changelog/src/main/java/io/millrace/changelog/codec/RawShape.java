package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.avro.Schema;

/**
 * One row a record: the row that the source has now, or the one that it deleted, as far as known.
 */
final class RawShape implements ChangeShape {
  private static final List<Column> ADDED =
      List.of(
          new Column("_op", DataType.Simple.VARCHAR, false),
          new Column("_committed_at", DataType.Simple.TIMESTAMPTZ, true),
          new Column("_position", DataType.Simple.BIGINT, false),
          new Column("_part", DataType.Simple.INTEGER, false));

  private final RowSchema wanted;
  private final Missing missing;
  private final List<ArrowColumn> rowColumns;
  private final ArrowColumn.Bytes op = new ArrowColumn.Bytes(ArrowTypes.field(ADDED.get(0)));
  private final ArrowColumn.Fixed committedAt =
      new ArrowColumn.Fixed(ArrowTypes.field(ADDED.get(1)));
  private final ArrowColumn.Fixed position = new ArrowColumn.Fixed(ArrowTypes.field(ADDED.get(2)));
  private final ArrowColumn.Fixed part = new ArrowColumn.Fixed(ArrowTypes.field(ADDED.get(3)));
  private final PlanCache<RowPlan> keys;
  private final AvroCursor keyCursor = new AvroCursor();
  private final byte[] letter = new byte[1];

  RawShape(IntFunction<Schema> schemas, RowSchema wanted, Missing missing) {
    this.wanted = wanted;
    this.missing = missing;
    this.rowColumns = ChangeShape.wanted(wanted, ADDED);
    this.keys = new PlanCache<>(schemas, this::compileKey);
  }

  @Override
  public List<ArrowColumn> columns() {
    List<ArrowColumn> all = new ArrayList<>(rowColumns);
    all.addAll(List.of(op, committedAt, position, part));
    return all;
  }

  @Override
  public int rowsPerRecord() {
    return 1;
  }

  @Override
  public void beginLoad() {
    keys.beginLoad();
  }

  @Override
  public EnvelopePlan compile(Schema envelope) {
    EnvelopePlan plan = EnvelopePlan.compile(envelope, this::remembered, this::read);
    requireKey(AvroRows.rowRecord(envelope));
    return plan;
  }

  @Override
  public void complete(WireRecord record, AvroCursor in, OpenChange change, int row)
      throws BadRecord {
    switch (change.op()) {
      case 'c', 'u', 'r' -> {
        if (change.row() == row) {
          throw BadRecord.malformed("a change of op c, u or r has no row under after.");
        }
      }
      case 'd' -> {
        if (change.row() == row) {
          readDeleted(record, in, change, row);
        }
      }
      case 't' -> {
        for (ArrowColumn column : rowColumns) {
          column.setNull(row);
        }
      }
      default -> throw BadRecord.malformed("its op is none of c, u, d, r and t.");
    }
    if (change.row() == row) {
      change.rowWritten();
    }
    letter[0] = (byte) change.op();
    op.put(row, letter, 0, 1);
    if (change.committedAt() == OpenChange.NONE) {
      committedAt.setNull(row);
    } else {
      committedAt.putLong(row, change.committedAt());
    }
    position.putLong(row, record.offset());
    part.putInt(row, record.partition());
  }

  /** Under another key, rows that are several would be taken for one, or one for several. */
  private void requireKey(Schema rowRecord) {
    if (rowRecord.getObjectProp(AvroRows.KEY_PROPERTY) instanceof List<?> key
        && !key.isEmpty()
        && !wanted.key().isEmpty()
        && !Set.copyOf(key).equals(Set.copyOf(wanted.key()))) {
      throw new MillraceException(
          ChangelogError.CL_014_KEY_CHANGED,
          String.format(
              Locale.ROOT,
              "the key is %s in the records of %s and %s in the table.",
              key,
              rowRecord.getFullName(),
              wanted.key()));
    }
  }

  private EnvelopePlan.Part read(Schema rowRecord) {
    RowPlan plan = RowPlan.compile(rowRecord, wanted.columns(), rowColumns, missing);
    return (in, change) -> {
      plan.run(in, change.row());
      change.rowWritten();
    };
  }

  /** The row under before is read only when there turns out to be none under after. */
  private EnvelopePlan.Part remembered(Schema rowRecord) {
    RowPlan plan = RowPlan.compile(rowRecord, wanted.columns(), rowColumns, missing);
    Skip skip = Skip.of(rowRecord);
    return (in, change) -> {
      change.before(in.position(), plan);
      skip.skip(in);
    };
  }

  private void readDeleted(WireRecord record, AvroCursor in, OpenChange change, int row)
      throws BadRecord {
    RowPlan before = change.beforePlan();
    if (before != null) {
      in.moveTo(change.before());
      before.run(in, row);
      return;
    }
    byte[] key = record.key();
    if (key == null) {
      throw BadRecord.malformed("a delete has neither a row under before nor a key.");
    }
    RowPlan plan = keys.of(keyCursor.open(key));
    plan.run(keyCursor, row);
    keyCursor.expectEnd();
  }

  private RowPlan compileKey(Schema key) {
    if (key.getType() != Schema.Type.RECORD) {
      throw EnvelopePlan.notAnEnvelope(key, "is of a key that is no record");
    }
    for (String name : wanted.key()) {
      if (RowPlan.position(key, name) < 0) {
        throw RowPlan.absent(key, name);
      }
    }
    return RowPlan.compile(key, wanted.columns(), rowColumns, Missing.NULL);
  }
}
