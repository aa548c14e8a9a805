package io.millrace.changelog.codec;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** A Z-set: the row before a change with weight -1, the row after it with weight +1. */
final class FeedShape implements ChangeShape {
  private static final List<Column> ADDED =
      List.of(
          new Column("_weight", DataType.Simple.INTEGER, false),
          new Column("_version", DataType.Simple.BIGINT, false),
          new Column("_cut", DataType.Simple.BIGINT, false),
          new Column("_position", DataType.Simple.BIGINT, false));

  private final RowSchema wanted;
  private final Missing missing;
  private final List<ArrowColumn> rowColumns;
  private final ArrowColumn.Fixed weight = new ArrowColumn.Fixed(ArrowTypes.field(ADDED.get(0)));
  private final ArrowColumn.Fixed version = new ArrowColumn.Fixed(ArrowTypes.field(ADDED.get(1)));
  private final ArrowColumn.Fixed cut = new ArrowColumn.Fixed(ArrowTypes.field(ADDED.get(2)));
  private final ArrowColumn.Fixed position = new ArrowColumn.Fixed(ArrowTypes.field(ADDED.get(3)));

  FeedShape(RowSchema wanted, Missing missing) {
    this.wanted = wanted;
    this.missing = missing;
    this.rowColumns = ChangeShape.wanted(wanted, ADDED);
  }

  @Override
  public List<ArrowColumn> columns() {
    List<ArrowColumn> all = new ArrayList<>(rowColumns);
    all.addAll(List.of(weight, version, cut, position));
    return all;
  }

  @Override
  public int rowsPerRecord() {
    return 2;
  }

  @Override
  public EnvelopePlan compile(Schema envelope) {
    return EnvelopePlan.compile(envelope, row -> weighted(row, -1), row -> weighted(row, 1));
  }

  @Override
  public void complete(WireRecord record, AvroCursor in, OpenChange change, int firstRow)
      throws BadRecord {
    if (change.row() == firstRow) {
      throw BadRecord.malformed("the change has a row neither under before nor under after.");
    }
    if (change.version() == OpenChange.NONE || change.cut() == OpenChange.NONE) {
      throw BadRecord.malformed("its source block does not give the table's version and cut.");
    }
    for (int row = firstRow; row < change.row(); row++) {
      version.putLong(row, change.version());
      cut.putLong(row, change.cut());
      position.putLong(row, record.offset());
    }
  }

  private EnvelopePlan.Part weighted(Schema rowRecord, int rowWeight) {
    RowPlan plan = RowPlan.compile(rowRecord, wanted.columns(), rowColumns, missing);
    return (in, change) -> {
      plan.run(in, change.row());
      weight.putInt(change.row(), rowWeight);
      change.rowWritten();
    };
  }
}
