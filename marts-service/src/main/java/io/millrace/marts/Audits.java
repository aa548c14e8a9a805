package io.millrace.marts;

import io.micrometer.core.instrument.Metrics;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MartsError;
import io.millrace.marts.refresh.Refresh;
import io.millrace.marts.refresh.Refresh.Audit;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * When which table is compared with its query, while nothing else is to be done: the one that was
 * not for longest, all of them together for a hundredth of the time at most, and each for so long
 * only that no round waits for it.
 */
final class Audits {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");
  private static final Duration BEGIN = Duration.ofSeconds(30);
  private static final int SHARE = 100;

  private final Map<TableName, Long> audited = new HashMap<>();
  private final Map<TableName, Duration> took = new HashMap<>();
  private long nextNanos = System.nanoTime() + BEGIN.toNanos();

  /**
   * For how long an audit may keep all tables of the loop from their rounds.
   *
   * @param open all of them
   */
  static Duration limit(Collection<? extends Planned> open) {
    return Duration.ofMillis(500 * open.stream().mapToLong(Planned::period).min().orElse(0));
  }

  /**
   * Whether a table is worth an audit and thought to end in time. One that was given up is not
   * tried again.
   *
   * @param refresh how it is refreshed
   */
  boolean mayAudit(TableName table, Refresh refresh, Duration limit) {
    Optional<Duration> takes = Optional.ofNullable(took.get(table)).or(refresh::auditTakes);
    return refresh.repeats() && takes.isPresent() && takes.get().compareTo(limit) <= 0;
  }

  /**
   * The table to audit now, if any.
   *
   * @param settled tables whose inputs show what they were refreshed from
   */
  Optional<Mart> next(List<Mart> settled, Duration limit) {
    if (System.nanoTime() < nextNanos) {
      return Optional.empty();
    }
    return settled.stream()
        .filter(mart -> mart.through() > auditedAt(mart))
        .filter(mart -> mayAudit(mart.name(), mart.refresh(), limit))
        .min(Comparator.comparingLong(this::auditedAt));
  }

  private long auditedAt(Mart mart) {
    return audited.getOrDefault(mart.name(), -1L);
  }

  /** Notes that an audit was given up after the limit. */
  void gaveUp(TableName table, Duration limit) {
    LOG.infof(
        "table %s is not audited: its query takes longer than %d ms. Run: millrace verify %s",
        table, limit.toMillis(), table);
    took.put(table, limit.multipliedBy(SHARE));
    nextNanos = System.nanoTime() + limit.multipliedBy(SHARE).toNanos();
  }

  /** Notes what was found. */
  void done(Mart mart, Audit audit) {
    audited.put(mart.name(), mart.through());
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
          mart.through(),
          audit.differing());
    }
  }
}
