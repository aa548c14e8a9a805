package io.millrace.marts;

import io.micrometer.core.instrument.Metrics;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MartsError;
import io.millrace.marts.refresh.Refresh.Audit;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * When which table is compared with its query, while nothing else is to be done: the one that was
 * not for longest, and all of them together for a hundredth of the time at most.
 */
final class Audits {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");
  private static final Duration BEGIN = Duration.ofSeconds(30);
  private static final int SHARE = 100;

  private final Map<TableName, Long> audited = new HashMap<>();
  private final Map<TableName, Duration> took = new HashMap<>();
  private long nextNanos = System.nanoTime() + BEGIN.toNanos();

  /**
   * The table to audit now, if any. One whose audit took longer than half its rounds' period is not
   * audited again.
   *
   * @param settled tables whose inputs show what they were refreshed from
   */
  Optional<Mart> next(List<Mart> settled) {
    if (System.nanoTime() < nextNanos) {
      return Optional.empty();
    }
    return settled.stream()
        .filter(mart -> mart.table().through() > auditedAt(mart))
        .filter(mart ->
            took.getOrDefault(mart.name(), Duration.ZERO)
                    .compareTo(Duration.ofMillis(mart.period() * 500))
                <= 0)
        .min(Comparator.comparingLong(this::auditedAt));
  }

  private long auditedAt(Mart mart) {
    return audited.getOrDefault(mart.name(), -1L);
  }

  /** Notes what was found. */
  void done(Mart mart, Audit audit) {
    audited.put(mart.name(), mart.table().through());
    took.put(mart.name(), audit.took());
    nextNanos = System.nanoTime() + audit.took().multipliedBy(SHARE).toNanos();
    boolean right = audit.differing() == 0;
    Metrics.counter(
            io.millrace.contracts.Metrics.AUDITS,
            "table",
            mart.name().toString(),
            "outcome",
            right ? "right" : "wrong")
        .increment();
    if (!right) {
      LOG.errorf(
          "%s table %s was wrong at cut %d: %d rows differ from its query. It is computed as a"
              + " whole from now on; the next round puts it right. Please report its statement.",
          MartsError.MRT_002_AUDIT_FOUND_DIFFERENCE.code(),
          mart.name(),
          mart.table().through(),
          audit.differing());
    }
  }
}
