package io.millrace.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.contracts.Metrics;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What this service says of itself: for REST, metrics and health. Safe for all threads. */
@ApplicationScoped
public class StatusBoard {
  private final Map<String, TableStatus> tables = new ConcurrentSkipListMap<>();
  private final Set<String> measured = ConcurrentHashMap.newKeySet();
  private final Map<String, SourceStatus> sources = new ConcurrentSkipListMap<>();
  private final Map<String, String> troubles = new ConcurrentSkipListMap<>();
  private final AtomicReference<ServiceState> state =
      new AtomicReference<>(new ServiceState(false, "starting", null));
  private final Clock clock = Clock.systemUTC();
  private final Heartbeats heartbeats = new Heartbeats(clock);
  private final MeterRegistry meters;
  private volatile LongSupplier endOfCuts = () -> 0;

  public StatusBoard(MeterRegistry meters) {
    this.meters = meters;
  }

  /**
   * Whether the service is up.
   *
   * @param started whether its warehouse is loaded and its loops run
   * @param waitingFor what it waits for, if anything
   * @param error why it stopped or cannot start, if so
   */
  public record ServiceState(
      boolean started, @Nullable String waitingFor, @Nullable String error) {}

  /** Where the cut log ends, as far as this service has read it. */
  public void cuts(LongSupplier end) {
    endOfCuts = end;
  }

  /** Replaces what is known of a table. */
  public void table(TableStatus status) {
    tables.put(status.table(), status);
    if (measured.add(status.table())) {
      tableGauges(status.table());
    }
  }

  /** The table is no longer kept by this instance. */
  public void gone(String table) {
    tables.remove(table);
  }

  /** Replaces what is known of a source. */
  public void source(SourceStatus status) {
    if (sources.put(status.source(), status) == null) {
      sourceGauges(status.source());
    }
  }

  /** The service waits for something before it can start. */
  public void waiting(String what) {
    state.set(new ServiceState(false, what, null));
  }

  /** The loops run. */
  public void started() {
    state.set(new ServiceState(true, null, null));
  }

  /** The service cannot go on. */
  public void failed(String error) {
    state.set(new ServiceState(false, null, error));
  }

  /** A loop cannot go on for now, or null: it can again. */
  public void trouble(String loop, @Nullable String error) {
    if (error == null) {
      troubles.remove(loop);
    } else {
      troubles.put(loop, error);
    }
  }

  /** A loop says, on its own thread, that it is alive; one that is silent for long is hung. */
  public void beat(String loop) {
    heartbeats.beat(loop);
  }

  /** A loop has ended on purpose. */
  public void ended(String loop) {
    heartbeats.ended(loop);
  }

  /** The service's state; its error names every loop that cannot go on. */
  public ServiceState state() {
    ServiceState now = state.get();
    return troubles.isEmpty()
        ? now
        : new ServiceState(now.started(), now.waitingFor(), String.join("; ", troubles.values()));
  }

  public Map<String, TableStatus> tables() {
    return tables;
  }

  public Map<String, SourceStatus> sources() {
    return sources;
  }

  /** The loop that has neither spoken nor computed for longest, with the time when it last did. */
  public Optional<Map.Entry<String, Instant>> mostSilent() {
    return heartbeats.mostSilent();
  }

  private void tableGauges(String table) {
    gauge(Metrics.LAG, "table", table, () -> lagSeconds(tables.get(table)));
    gauge(Metrics.TARGET_LAG, "table", table, of(table, s -> s.targetLagMillis() / 1000.0));
    gauge(Metrics.CUT, "table", table, of(table, s -> (double) s.through()));
    gauge(
        Metrics.CUTS_BEHIND,
        "table",
        table,
        of(table, s -> (double) Math.max(0, endOfCuts.getAsLong() - 1 - s.through())));
    gauge(Metrics.DATA_TIMESTAMP, "table", table, of(table, s -> epochSeconds(s.dataTime())));
    gauge(
        Metrics.RUNNING,
        "table",
        table,
        of(table, s -> s.state() == TableStatus.State.RUNNING ? 1.0 : 0.0));
  }

  private void sourceGauges(String source) {
    gauge(Metrics.RETAINED_LOG, "source", source, () -> from(source).retainedLogBytes());
    gauge(Metrics.SOURCE_CHANGES, "source", source, () -> from(source).changes());
    gauge(Metrics.SOURCE_CUTS, "source", source, () -> from(source).cuts());
    gauge(Metrics.RUNNING, "source", source, () -> from(source).error() == null ? 1 : 0);
  }

  /** The lag as of now: it grows while nothing happens. */
  private double lagSeconds(@Nullable TableStatus status) {
    Instant at = status == null ? null : status.dataTime();
    return at == null ? Double.NaN : Duration.between(at, clock.instant()).toMillis() / 1000.0;
  }

  private static double epochSeconds(@Nullable Instant at) {
    return at == null ? Double.NaN : at.toEpochMilli() / 1000.0;
  }

  /** A figure of a table; none while another instance keeps it. */
  private Supplier<Number> of(String table, ToDoubleFunction<TableStatus> figure) {
    return () -> {
      TableStatus status = tables.get(table);
      return status == null ? Double.NaN : figure.applyAsDouble(status);
    };
  }

  private SourceStatus from(String source) {
    return Objects.requireNonNull(sources.get(source));
  }

  private void gauge(String name, String label, String value, Supplier<Number> reading) {
    Gauge.builder(name, reading).tags(label, value).register(meters);
  }
}
