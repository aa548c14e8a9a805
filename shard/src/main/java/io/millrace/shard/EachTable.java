package io.millrace.shard;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import java.util.List;

/** The work of a shard whose tables step independently of one another: staging and dimensions. */
public final class EachTable implements ShardWork {
  private static final int STEPS_AT_ONCE = 20;

  private final List<TableStep> steps;

  public EachTable(List<TableStep> steps) {
    this.steps = List.copyOf(steps);
  }

  @Override
  public List<WrittenTable> tables() {
    return steps.stream().map(TableStep::table).toList();
  }

  @Override
  public boolean advance() throws InterruptedException {
    boolean more = false;
    for (TableStep step : steps) {
      more |= advance(step);
      step.table().progress().show();
    }
    return more;
  }

  private static boolean advance(TableStep step) throws InterruptedException {
    WrittenTable table = step.table();
    TableProgress progress = table.progress();
    if (table.definitionChanged() && table.nextRebuild().isPresent()) {
      progress.cleared();
    }
    if (!progress.mayStep()) {
      return false;
    }
    try {
      table.refresh();
      requireRebuild(table);
      for (int i = 0; i < STEPS_AT_ONCE; i++) {
        if (!step.step()) {
          return false;
        }
      }
      return true;
    } catch (MillraceException e) {
      if (isFenced(e)) {
        throw e;
      }
      progress.failed(e);
      return false;
    }
  }

  /** Another instance holds the shard: no table of it can go on. */
  public static boolean isFenced(MillraceException e) {
    return e.errorCode() == ChangelogError.CL_056_FENCED
        || e.errorCode() == LakeError.LK_005_FENCED;
  }

  /** A changed statement waits for the word of an operator. */
  public static void requireRebuild(WrittenTable table) {
    if (table.definitionChanged() && table.nextRebuild().isEmpty()) {
      throw new MillraceException(
          ShardError.SHD_002_DEFINITION_CHANGED,
          "the statement of table "
              + table.name()
              + " has changed since the table was written. Run: millrace rebuild "
              + table.name()
              + " (or restore the statement).");
    }
  }

  @Override
  public void close() {
    steps.forEach(TableStep::close);
  }
}
