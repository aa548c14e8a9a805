package io.millrace.shard;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.Table;
import java.util.Optional;
import java.util.function.Function;

/** A table of a shard whose tables step independently: its steps, once it is open. */
final class HeldTable implements AutoCloseable {
  private static final int STEPS_AT_ONCE = 20;

  private final Opening<TableStep> opening;
  private long cleared = -1;

  HeldTable(Shard shard, Table definition, Function<Table, TableStep> opening) {
    this.opening = new Opening<>(shard, definition, () -> opening.apply(definition));
  }

  /** The table, if it is open. */
  Optional<WrittenTable> table() {
    return opening.opened().map(TableStep::table);
  }

  /** Takes some steps; whether there may be more. */
  boolean advance() throws InterruptedException {
    Optional<TableStep> step = opening.open();
    if (step.isEmpty()) {
      return false;
    }
    boolean more = advance(step.get());
    step.get().table().progress().show();
    return more;
  }

  private boolean advance(TableStep step) throws InterruptedException {
    WrittenTable table = step.table();
    TableProgress progress = table.progress();
    clearForOrder(table);
    if (!progress.mayStep()) {
      return false;
    }
    try {
      table.refresh();
      EachTable.requireRebuild(table);
      for (int i = 0; i < STEPS_AT_ONCE; i++) {
        progress.began();
        if (!step.step()) {
          return false;
        }
      }
      return true;
    } catch (MillraceException e) {
      if (EachTable.isFenced(e)) {
        throw e;
      }
      progress.failed(e);
      return false;
    }
  }

  /** A new order lets a stopped table go on, once. */
  private void clearForOrder(WrittenTable table) {
    Optional<FoldedCut> order = table.newestOrder();
    if (order.isPresent() && order.get().number() > cleared) {
      cleared = order.get().number();
      table.progress().cleared();
    }
  }

  @Override
  public void close() {
    opening.opened().ifPresent(TableStep::close);
  }
}
