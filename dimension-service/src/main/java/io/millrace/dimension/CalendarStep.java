package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Watermark;
import io.millrace.shard.Shard;
import io.millrace.shard.TableStep;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Calendar;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A calendar, which is whole from version 0 on and right at every cut; only a changed statement
 * changes it, at the cut that an operator orders.
 */
final class CalendarStep implements TableStep {
  private static final String CHANGES = "calendar_changes";

  private final Shard shard;
  private final Calendar calendar;
  private final WrittenTable table;

  private CalendarStep(Shard shard, Calendar calendar, WrittenTable table) {
    this.shard = shard;
    this.calendar = calendar;
    this.table = table;
  }

  static CalendarStep open(Shard shard, Calendar calendar) {
    return new CalendarStep(
        shard, calendar, WrittenTable.open(shard, calendar, Optional.of(rows(calendar))));
  }

  /** SELECT of all its rows, default members among them. */
  static String rows(Calendar calendar) {
    return DefaultMembers.select(calendar) + " UNION ALL " + calendar.select();
  }

  @Override
  public WrittenTable table() {
    return table;
  }

  @Override
  public boolean step() {
    long known = shard.around().cutLog().end() - 1; // before asking for orders up to it
    Optional<FoldedCut> order = table.nextRebuild();
    if (order.isEmpty()) {
      table.reached(known);
      return false;
    }
    RowDiff.Changes changes =
        table
            .diff(List.of(Calendar.DATE_KEY))
            .into(shard.duck(), CHANGES, table.mirror().relation(), "(" + rows(calendar) + ")");
    if (table.commit(changes, watermark(order.get().number()), table.definitionChanged())) {
      table.progress().stepped(!changes.none());
    }
    return true;
  }

  private Watermark watermark(long cut) {
    return new Watermark(
        cut,
        Map.of(),
        shard.around().topics().knownIds(List.of(shard.around().names().cuts())),
        Map.of(),
        0,
        0,
        calendar.definition(),
        "");
  }

  @Override
  public void close() {
    // All it holds belongs to the shard.
  }
}
