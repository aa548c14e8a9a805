package io.millrace.shard;

import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.runtime.TableStatus;
import io.millrace.warehouse.Table;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A table of a shard whose tables step independently: opened when the shard is taken and, where
 * that fails, again and again, while the shard's other tables go on.
 */
final class HeldTable implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("millrace.table");
  private static final int STEPS_AT_ONCE = 20;

  private final Shard shard;
  private final Table definition;
  private final Function<Table, TableStep> opening;
  private final Retry retry = new Retry();
  private @Nullable TableStep step;
  private @Nullable String error;
  private long tryNanos = System.nanoTime();

  HeldTable(Shard shard, Table definition, Function<Table, TableStep> opening) {
    this.shard = shard;
    this.definition = definition;
    this.opening = opening;
  }

  /** The table, if it is open. */
  Optional<WrittenTable> table() {
    return Optional.ofNullable(step).map(TableStep::table);
  }

  /** Takes some steps; whether there may be more. */
  boolean advance() throws InterruptedException {
    if (step == null) {
      open();
    }
    if (step == null) {
      return false;
    }
    boolean more = advance(step);
    step.table().progress().show();
    return more;
  }

  private void open() {
    if (System.nanoTime() < tryNanos) {
      return;
    }
    try {
      step = opening.apply(definition);
      error = null;
    } catch (MillraceException e) {
      if (EachTable.isFenced(e)) {
        throw e;
      }
      notOpened(e);
    }
  }

  private void notOpened(MillraceException cause) {
    if (!cause.getMessage().equals(error)) {
      LOG.errorf("table %s is not opened: %s", definition.name(), cause.getMessage());
      LOG.debug("cause", cause);
    }
    error = cause.getMessage();
    tryNanos = System.nanoTime() + retry.next().toNanos();
    shard
        .around()
        .board()
        .table(
            new TableStatus(
                definition.name().toString(),
                cause.errorCode().response() == ErrorCode.Response.STOP
                    ? TableStatus.State.STOPPED
                    : TableStatus.State.RETRYING,
                0,
                -1,
                shard.around().published().through(definition.name()),
                null,
                null,
                Lineage.effectiveLag(shard.around().warehouse(), definition).toMillis(),
                null,
                0,
                0,
                shard.around().lake().path(definition.name()).toString(),
                null,
                error));
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

  @Override
  public void close() {
    if (step != null) {
      step.close();
    }
  }
}
