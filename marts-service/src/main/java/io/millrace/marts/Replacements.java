package io.millrace.marts;

import io.millrace.shard.OperatorOrders;
import io.millrace.warehouse.DynamicTable.OnChange;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Orders the rebuild of tables whose CREATE OR REPLACE statement has changed, so that this change
 * too has a cut. An order that fails is given again at the next call. Used by the shard's loop
 * alone.
 */
final class Replacements {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");

  private final OperatorOrders orders;

  Replacements(OperatorOrders orders) {
    this.orders = orders;
  }

  /** Orders the table's rebuild, if it needs one and none was ordered. */
  void orderIfChanged(Mart mart) throws InterruptedException {
    if (mart.definition().onChange() == OnChange.REPLACE
        && mart.table().definitionChanged()
        && mart.table().nextRebuild().isEmpty()) {
      try {
        long cut = orders.rebuild(mart.name());
        LOG.infof("table %s is rebuilt at cut %d: its statement has changed", mart.name(), cut);
      } catch (ExecutionException | TimeoutException e) {
        mart.table().progress().waiting("the order of its rebuild");
        LOG.warnf(e, "the rebuild of %s could not be ordered; it is tried again", mart.name());
      }
    }
  }
}
