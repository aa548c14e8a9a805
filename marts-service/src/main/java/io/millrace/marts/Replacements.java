package io.millrace.marts;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.TableName;
import io.millrace.shard.Shard;
import io.millrace.warehouse.DynamicTable.OnChange;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Orders the rebuild of tables whose CREATE OR REPLACE statement has changed, so that this change
 * too has a cut. Orders are given in threads of their own, for each may take long; an order that
 * fails is given again after a pause. Used by the shard's loop alone.
 *
 * <p>The statement that was ordered after this instance had read its folder is the newer one: while
 * a folder is rolled out, an instance with the old one takes a table and leaves it as it is.
 */
final class Replacements {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");

  private final Ordering ordering;
  private final Executor threads;
  private final long folderReadAt;
  private final Map<TableName, Pending> pending = new HashMap<>();

  /** Writes an order to the cut log and reads it back. */
  @FunctionalInterface
  interface Ordering {
    long give(TableName table, String order)
        throws ExecutionException, TimeoutException, InterruptedException;
  }

  /** An order that is being given, and the pauses between its tries. */
  private static final class Pending {
    private final Retry retry = new Retry();
    private @Nullable FutureTask<Long> order;
    private long notBeforeNanos = System.nanoTime();
  }

  /**
   * The order of a rebuild that another statement asks for.
   *
   * @param rebuild the table
   * @param definition its statement from then on; null in an operator's order
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Replacement(@Nullable String rebuild, @Nullable String definition) {
    private static final ObjectMapper JSON = new ObjectMapper();

    boolean brought(Planned mart) {
      return mart.name().toString().equals(rebuild) && mart.writtenDefinition().equals(definition);
    }

    static Replacement of(FoldedCut cut) {
      try {
        return JSON.readValue(cut.to().orElse("{}"), Replacement.class);
      } catch (JsonProcessingException e) {
        return new Replacement(null, null);
      }
    }

    String json() {
      try {
        return JSON.writeValueAsString(this);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("names and hashes are JSON", e);
      }
    }
  }

  /**
   * @param threads where orders are given
   * @param folderReadAt where the cut log ended when this instance had read its folder
   */
  Replacements(Ordering ordering, Executor threads, long folderReadAt) {
    this.ordering = ordering;
    this.threads = threads;
    this.folderReadAt = folderReadAt;
  }

  /** Orders the table's rebuild, if it needs one and none was ordered; it does not step before. */
  void look(Planned mart, Shard shard) {
    if (mart.definition().onChange() != OnChange.REPLACE
        || !mart.definitionChanged()
        || mart.through() < 0
        || mart.nextRebuild().isPresent()) {
      pending.remove(mart.name());
      mart.awaitsOrder(false);
      return;
    }
    mart.awaitsOrder(true);
    OptionalLong newer = newer(mart, shard);
    if (newer.isPresent()) {
      mart.waiting(
          "an instance with the newer folder: cut "
              + newer.getAsLong()
              + " replaced its statement after this instance had read its folder");
    } else {
      order(mart);
    }
  }

  /** The cut that brought the table's statement, if this instance's folder is older. */
  private OptionalLong newer(Planned mart, Shard shard) {
    String operator = shard.operator(mart.name());
    OptionalLong newer = OptionalLong.empty();
    var next = shard.around().cutLog().nextOf(operator, folderReadAt - 1);
    while (next.isPresent()) {
      if (Replacement.of(next.get()).brought(mart)) {
        newer = OptionalLong.of(next.get().number());
      }
      next = shard.around().cutLog().nextOf(operator, next.get().number());
    }
    return newer;
  }

  private void order(Planned mart) {
    mart.waiting("the order of its rebuild");
    Pending state = pending.computeIfAbsent(mart.name(), _ -> new Pending());
    FutureTask<Long> given = state.order;
    if (given != null && given.state() == Future.State.FAILED) {
      LOG.warnf(
          given.exceptionNow(),
          "the rebuild of %s could not be ordered; it is tried again",
          mart.name());
      state.notBeforeNanos = System.nanoTime() + state.retry.next().toNanos();
      state.order = null;
    }
    if (given != null
        && given.state() == Future.State.SUCCESS
        && mart.nextRebuild().isEmpty()) { // it came to one that has another statement
      state.order = null;
    }
    if (state.order == null && System.nanoTime() >= state.notBeforeNanos) {
      String order = new Replacement(mart.name().toString(), mart.definition().definition()).json();
      state.order = new FutureTask<>(() -> give(mart.name(), order));
      threads.execute(state.order);
    }
  }

  private long give(TableName table, String order)
      throws ExecutionException, TimeoutException, InterruptedException {
    long cut = ordering.give(table, order);
    LOG.infof("table %s is rebuilt at cut %d: its statement has changed", table, cut);
    return cut;
  }
}
