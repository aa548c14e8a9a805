package io.millrace.shard;

import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.runtime.TableStatus;
import io.millrace.warehouse.Table;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A table of a shard that is opened when the shard is taken and, where that fails, again and again,
 * while the shard's other tables go on. Used by the shard's loop alone.
 *
 * @param <T> what it is once it is open
 */
public final class Opening<T> {
  private static final Logger LOG = Logger.getLogger("millrace.table");

  private final Shard shard;
  private final Table definition;
  private final Supplier<T> opening;
  private final Retry retry = new Retry();
  private @Nullable T opened;
  private @Nullable String error;
  private long tryNanos = System.nanoTime();

  /**
   * @param opening called until it no longer fails with an error
   */
  public Opening(Shard shard, Table definition, Supplier<T> opening) {
    this.shard = shard;
    this.definition = definition;
    this.opening = opening;
  }

  /** The table, if it is open. */
  public Optional<T> opened() {
    return Optional.ofNullable(opened);
  }

  /** The table; tries to open it, if it is not open and it is time. */
  public Optional<T> open() {
    if (opened == null && System.nanoTime() >= tryNanos) {
      try {
        opened = opening.get();
        error = null;
      } catch (MillraceException e) {
        if (EachTable.isFenced(e)) {
          throw e;
        }
        notOpened(e);
      }
    }
    return opened();
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
}
