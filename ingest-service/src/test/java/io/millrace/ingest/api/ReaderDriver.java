package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceProgress.Phase;
import io.millrace.warehouse.source.ApiSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/** Polls a reader with a clock in hand, which moves only while the reader waits for it. */
final class ReaderDriver implements AutoCloseable {

  static final String TOKEN = "s3cret-t0ken";

  final ManualClock clock;
  final ApiReader reader;

  /** What the reader waited for, in the order in which it first said so. */
  final List<String> waits = new ArrayList<>();

  /** Happens before each poll. */
  Runnable onPoll = () -> {};

  ReaderDriver(ApiSource source, @Nullable String position, ManualClock clock) {
    this.clock = clock;
    this.reader =
        new ApiReader(
            source,
            position,
            secret ->
                secret.reference().equals("${env:GITHUB_TOKEN}")
                    ? Optional.of(TOKEN)
                    : Optional.empty(),
            clock,
            RandomGeneratorFactory.of("L64X128MixRandom").create(7));
  }

  /** All events of the next run, with its End; moves the clock to the run's start if need be. */
  List<SourceEvent> run() throws InterruptedException {
    return run(new ArrayList<>());
  }

  /** The same, into a list that shows how far a run came that fails. */
  List<SourceEvent> run(List<SourceEvent> events) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (events.isEmpty() || !(events.getLast() instanceof SourceEvent.End)) {
      assertThat(System.nanoTime()).as("a run ends within a minute").isLessThan(deadline);
      onPoll.run();
      SourceEvent event = reader.poll(Duration.ofMillis(5));
      if (event != null) {
        events.add(event);
      } else {
        moveOn();
      }
    }
    return events;
  }

  /** The next event, which must come without moving the clock. */
  SourceEvent next() throws InterruptedException {
    return Objects.requireNonNull(reader.poll(Duration.ofSeconds(20)));
  }

  private void moveOn() {
    String wait = reader.progress().waitingFor();
    if (wait == null) {
      return;
    }
    Instant until = Instant.parse(wait.substring(wait.lastIndexOf(' ') + 1));
    if (until.isAfter(clock.instant())) {
      if (reader.progress().phase() == Phase.SYNCING) {
        waits.add(wait);
      }
      clock.advance(Duration.between(clock.instant(), until));
    }
  }

  static List<SourceEvent.Change> changes(List<SourceEvent> events, String resource) {
    return events.stream()
        .filter(SourceEvent.Change.class::isInstance)
        .map(SourceEvent.Change.class::cast)
        .filter(change -> change.resource().equals(resource))
        .toList();
  }

  static @Nullable Object[] after(SourceEvent.Change change) {
    return Objects.requireNonNull(change.after());
  }

  static @Nullable Object[] key(SourceEvent.Change change) {
    return Objects.requireNonNull(change.key());
  }

  static SourceEvent.End end(List<SourceEvent> events) {
    return (SourceEvent.End) events.getLast();
  }

  @Override
  public void close() {
    reader.close();
  }
}
