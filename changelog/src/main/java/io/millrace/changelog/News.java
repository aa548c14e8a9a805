package io.millrace.changelog;

import java.time.Duration;

/** Something to wait on: counts that there was news, whatever it was. Safe for all threads. */
public final class News {
  private long count;

  /** There is news. */
  public synchronized void tell() {
    count++;
    notifyAll();
  }

  /** How often there was news so far. */
  public synchronized long count() {
    return count;
  }

  /** Waits until there was news beyond {@code seen}, at most {@code limit}. */
  public synchronized void await(long seen, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (count == seen) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }
}
