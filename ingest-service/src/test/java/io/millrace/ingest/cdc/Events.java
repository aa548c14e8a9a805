package io.millrace.ingest.cdc;

import static org.assertj.core.api.Assertions.fail;

import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.SourceReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.NullUnmarked;

/** What a reader said, as tests like to look at it. */
@NullUnmarked
record Events(List<SourceEvent> all) {
  static final Duration LIMIT = Duration.ofSeconds(60);

  /** Reads up to the first event that fits, that one included. */
  static Events until(SourceReader reader, Predicate<SourceEvent> last)
      throws InterruptedException {
    List<SourceEvent> events = new ArrayList<>();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      SourceEvent event = reader.poll(Duration.ofMillis(200));
      if (event != null) {
        events.add(event);
        if (last.test(event)) {
          return new Events(events);
        }
      }
    }
    return fail(
        "waited %s and got %d events, the last %s"
            .formatted(
                LIMIT,
                events.size(),
                events.subList(Math.max(0, events.size() - 5), events.size())));
  }

  static Events untilEnd(SourceReader reader) throws InterruptedException {
    return until(reader, End.class::isInstance);
  }

  /** Reads until this many changes have come, and the End behind them. */
  static Events untilChanges(SourceReader reader, int count) throws InterruptedException {
    int[] seen = {0};
    return until(
        reader,
        event -> {
          seen[0] += event instanceof Change ? 1 : 0;
          return event instanceof End && seen[0] >= count;
        });
  }

  List<Change> changes() {
    return only(Change.class);
  }

  <T extends SourceEvent> List<T> only(Class<T> type) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }

  End last() {
    return (End) all.getLast();
  }

  /** Changes as {@code customers u [1, a]}. */
  List<String> lines() {
    return changes().stream().map(Events::line).toList();
  }

  static String line(Change change) {
    Object[] row = change.after() != null ? change.after() : change.key();
    return change.resource() + " " + change.op().letter() + " " + Arrays.deepToString(row);
  }
}
