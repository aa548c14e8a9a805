package io.millrace.local.shop;

import java.util.Map;

/**
 * What a workload has done so far.
 *
 * @param committed the committed transactions that changed something, by what they were
 * @param rolledBack transactions rolled back on purpose
 * @param idle transactions that found nothing to change
 * @param late transactions that began more than 100 ms after their time
 */
public record ShopCounts(
    Map<ShopTransaction, Long> committed, long rolledBack, long idle, long late) {
  public ShopCounts {
    committed = Map.copyOf(committed);
  }

  /** All committed transactions that changed something. */
  public long committedInAll() {
    return committed.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The committed ones of one kind. */
  public long committed(ShopTransaction transaction) {
    return committed.getOrDefault(transaction, 0L);
  }
}
