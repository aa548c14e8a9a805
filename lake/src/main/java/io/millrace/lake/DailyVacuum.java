package io.millrace.lake;

import io.millrace.contracts.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vacuums tables that it is shown, each once a day, one after the other in a thread beside those
 * that write them. When a table was vacuumed last stands in its folder, so a restart, another
 * instance or an operator's vacuum counts. Nothing depends on it: what fails is tried in an hour.
 * Safe for all threads.
 */
public final class DailyVacuum implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DailyVacuum.class);
  private static final Duration OFTEN = Duration.ofDays(1);
  private static final Duration AGAIN = Duration.ofHours(1);
  private static final int CLOSE_SECONDS_MAX = 10;

  private final Lake lake;
  private final @Nullable Duration retention;
  private final BiConsumer<TableName, Vacuumed> told;
  private final Map<TableName, Instant> due = new ConcurrentHashMap<>();
  private final Set<TableName> waiting = ConcurrentHashMap.newKeySet();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("lake-vacuum").factory());

  /**
   * @param retention versions younger than this stay readable, at least {@link
   *     VacuumBounds#USUAL_RETENTION}; null to vacuum nothing
   * @param told what was deleted of a table, in the vacuum's thread
   */
  public DailyVacuum(
      Lake lake, @Nullable Duration retention, BiConsumer<TableName, Vacuumed> told) {
    this.lake = lake;
    this.retention = retention;
    this.told = told;
  }

  /**
   * Has the table vacuumed soon if it is time. Costs nothing if it is not, so a loop may ask
   * whenever it is idle.
   *
   * @param announcedCut asked in the vacuum's thread, see {@link VacuumBounds}
   */
  public void look(TableName table, LongSupplier announcedCut) {
    if (retention == null || !isDue(table) || !waiting.add(table)) {
      return;
    }
    try {
      thread.execute(() -> {
        try {
          var _ = vacuumIfDue(table, announcedCut);
        } finally {
          waiting.remove(table);
        }
      });
    } catch (RejectedExecutionException e) {
      waiting.remove(table); // it is closed
    }
  }

  /** At once, in this thread; empty when it is not time or could not be done. */
  Optional<Vacuumed> vacuumIfDue(TableName table, LongSupplier announcedCut) {
    Duration kept = retention;
    if (kept == null || !isDue(table)) {
      return Optional.empty();
    }
    try {
      Maintenance maintenance = lake.maintenance(table);
      maintenance.vacuumedAt().ifPresent(at -> due.put(table, at.plus(OFTEN)));
      if (!isDue(table) || !lake.exists(table)) {
        return Optional.empty();
      }
      Vacuumed done =
          maintenance.vacuum(
              new VacuumBounds(kept, announcedCut.getAsLong(), VacuumBounds.Mode.SAFE));
      due.put(table, lake.clock().instant().plus(OFTEN));
      LOG.info("vacuumed {}: {} files deleted", table, done.files().size());
      told.accept(table, done);
      return Optional.of(done);
    } catch (RuntimeException e) {
      due.put(table, lake.clock().instant().plus(AGAIN));
      if (thread.isShutdown()) {
        LOG.debug("the vacuum of {} was broken off", table, e);
      } else {
        LOG.warn("{} was not vacuumed; it is tried in {}", table, AGAIN, e);
      }
      return Optional.empty();
    }
  }

  private boolean isDue(TableName table) {
    Instant at = due.get(table);
    return at == null || !at.isAfter(lake.clock().instant());
  }

  /** Breaks off a vacuum at work: the next takes what it leaves. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("a vacuum did not end within {} s", CLOSE_SECONDS_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
