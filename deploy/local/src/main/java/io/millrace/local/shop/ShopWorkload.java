package io.millrace.local.shop;

import io.millrace.contracts.error.MillraceException;
import io.millrace.local.PostgresAddress;
import io.millrace.local.Progress;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Transactions at a set rate on a loaded shop, over several connections, so that they interleave.
 * The n-th transaction is due at n / rate after the start, however long others take (open loop),
 * and what it does depends on the seed and n alone. One in twenty is rolled back.
 *
 * <p>The caller closes it. Safe for use by several threads.
 */
public final class ShopWorkload implements AutoCloseable {
  private static final int ONE_IN_ROLLED_BACK = 20;
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double NANOS_OF_A_SECOND = 1e9;

  private final PostgresAddress address;
  private final Settings settings;
  private final long begin = System.nanoTime();
  private final AtomicLong next = new AtomicLong();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicReference<@Nullable MillraceException> refused = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<ShopTransaction, Long> committed = new ConcurrentHashMap<>();
  private final LongAdder rolledBack = new LongAdder();
  private final LongAdder idle = new LongAdder();
  private final LongAdder late = new LongAdder();

  /**
   * How a workload runs.
   *
   * @param transactionsPerSecond the rate, above 0
   * @param connections how many connections share it, 1 to 16
   * @param seed what makes it the same again
   * @param transactions how many there are in all, {@link #ENDLESS} for as many as come
   */
  public record Settings(
      double transactionsPerSecond, int connections, long seed, long transactions) {
    /** Until the workload is closed. */
    public static final long ENDLESS = Long.MAX_VALUE;

    private static final int CONNECTIONS_MAX = 16;

    public Settings {
      if (!(transactionsPerSecond > 0) || connections < 1 || connections > CONNECTIONS_MAX) {
        throw new IllegalArgumentException("A rate above 0 and 1 to 16 connections are needed");
      }
    }

    /** Twenty transactions a second over three connections, without end. */
    public static Settings usual(long seed) {
      return new Settings(20, 3, seed, ENDLESS);
    }
  }

  private ShopWorkload(PostgresAddress address, Settings settings) {
    this.address = address;
    this.settings = settings;
  }

  /** Starts the workload and says its seed. */
  public static ShopWorkload start(PostgresAddress address, Settings settings, Progress progress) {
    progress.line(
        String.format(
            Locale.ROOT,
            "Shop: %s transactions a second over %d connections, seed %d",
            settings.transactionsPerSecond(),
            settings.connections(),
            settings.seed()));
    ShopWorkload workload = new ShopWorkload(address, settings);
    for (int i = 0; i < settings.connections(); i++) {
      workload.threads.add(
          Thread.ofPlatform().daemon().name("shop-" + i).start(workload::performTheDue));
    }
    return workload;
  }

  /** What was done so far. */
  public ShopCounts counts() {
    return new ShopCounts(committed, rolledBack.sum(), idle.sum(), late.sum());
  }

  /**
   * Waits until the last transaction has ended, or until another thread has closed the workload.
   *
   * @throws MillraceException LOC-008 when the database refused one; then none follows
   */
  public void awaitEnd() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    MillraceException refusal = refused.get();
    if (refusal != null) {
      throw refusal;
    }
  }

  /**
   * Stops when the transactions under way have ended. When interrupted, does not wait for them and
   * leaves the interrupt set.
   */
  @Override
  public void close() {
    stopped.countDown();
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void performTheDue() {
    try (ShopSession session = new ShopSession(address)) {
      long index = next.getAndIncrement();
      while (index < settings.transactions()
          && !stopped.await(nanosUntil(index), TimeUnit.NANOSECONDS)) {
        if (-nanosUntil(index) > LATE_NANOS) {
          late.increment();
        }
        perform(session, index);
        index = next.getAndIncrement();
      }
    } catch (SQLException e) {
      refused.compareAndSet(null, ShopDatabase.refused(address, e));
      stopped.countDown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void perform(ShopSession session, long index) throws SQLException {
    SplittableRandom random =
        new SplittableRandom(Long.rotateLeft(settings.seed(), Integer.SIZE) + index);
    ShopTransaction transaction = ShopTransaction.drawn(random);
    boolean keep = random.nextInt(ONE_IN_ROLLED_BACK) != 0;
    boolean changed = session.perform(transaction, random);
    if (!keep) {
      session.rollback();
      rolledBack.increment();
      return;
    }
    session.commit();
    if (changed) {
      committed.merge(transaction, 1L, Long::sum);
    } else {
      idle.increment();
    }
  }

  private long nanosUntil(long index) {
    long due = (long) (index * NANOS_OF_A_SECOND / settings.transactionsPerSecond());
    return begin + due - System.nanoTime();
  }
}
