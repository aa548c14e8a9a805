package io.millrace.dimension;

import io.millrace.warehouse.Dimension.ScdType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One key of a dimension whose input has one row a key, by the rules in plain words: a walk over
 * the events in their order. Between cuts it remembers what the dimension's rows show and nothing
 * else.
 */
final class KeyedModel {
  static final long OPEN = Instant.parse("9999-12-31T00:00:00Z").getEpochSecond() * 1_000_000;

  private final ScdType type;
  private List<Event> remembered = new ArrayList<>();
  private long first = Long.MAX_VALUE;
  private boolean staged;

  KeyedModel(ScdType type) {
    this.type = type;
  }

  /** A state, or with null an end. */
  private record Event(long at, @Nullable State state) {}

  /** A row: {@code [from, to)}. */
  record Version(State state, long from, long to) {
    /** As the test reads it from the table. */
    String shown() {
      return "%s/%s [%d, %s"
          .formatted(state.segment(), state.phone(), from, to == OPEN ? "open)*" : to + ")");
    }
  }

  /** Whether the input has a row of the key. */
  boolean staged() {
    return staged;
  }

  /** The time of some event, for a tie. */
  long someTime() {
    return remembered.isEmpty() ? 0 : remembered.getFirst().at();
  }

  void apply(Change change, long committedAt) {
    State state = change.state();
    staged = state != null;
    long newest =
        remembered.stream()
            .filter(e -> e.state() != null)
            .mapToLong(Event::at)
            .max()
            .orElse(Long.MIN_VALUE);
    long at = state == null ? Math.max(committedAt, newest + 1) : change.micros();
    remembered.removeIf(e -> e.at() == at);
    remembered.add(new Event(at, state));
    remembered.sort(Comparator.comparingLong(Event::at));
    if (state != null) {
      first = Math.min(first, at);
    }
    forget();
  }

  /** The rows that the dimension should show. */
  List<Version> rows() {
    if (remembered.isEmpty()) {
      return List.of();
    }
    return switch (type) {
      case TYPE_2 -> walk();
      case TYPE_1 -> {
        Event last = lastState();
        yield List.of(new Version(Objects.requireNonNull(last.state()), first, endAfter(last)));
      }
    };
  }

  private List<Version> walk() {
    List<Version> versions = new ArrayList<>();
    State open = null;
    long from = 0;
    for (Event event : remembered) {
      State next = event.state();
      if (open != null && next != null && Objects.equals(open.segment(), next.segment())) {
        open = next;
      } else {
        if (open != null) {
          versions.add(new Version(open, from, event.at()));
        }
        open = next;
        from = event.at();
      }
    }
    if (open != null) {
      versions.add(new Version(open, from, OPEN));
    }
    return versions;
  }

  /** Only what the rows show. */
  private void forget() {
    List<Event> kept = new ArrayList<>();
    switch (type) {
      case TYPE_2 -> {
        List<Version> versions = walk();
        for (int i = 0; i < versions.size(); i++) {
          Version version = versions.get(i);
          kept.add(new Event(version.from(), version.state()));
          boolean meets = i + 1 < versions.size() && versions.get(i + 1).from() == version.to();
          if (version.to() < OPEN && !meets) {
            kept.add(new Event(version.to(), null));
          }
        }
      }
      case TYPE_1 -> {
        Event last = lastState();
        kept.add(last);
        if (endAfter(last) < OPEN) {
          kept.add(new Event(endAfter(last), null));
        }
      }
    }
    remembered = kept;
  }

  private Event lastState() {
    return remembered.stream().filter(e -> e.state() != null).toList().getLast();
  }

  private long endAfter(Event last) {
    return remembered.stream()
        .filter(e -> e.at() > last.at())
        .mapToLong(Event::at)
        .min()
        .orElse(OPEN);
  }
}
