package io.millrace.dimension;

import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One key of a dimension whose input has one row a key, by the rules in plain words: a walk over
 * the events in their order. Between cuts it remembers what the dimension's rows show and nothing
 * else.
 */
final class KeyedModel {
  static final long OPEN = Instant.parse("9999-12-31T00:00:00Z").getEpochSecond() * 1_000_000;
  private static final long NO_TIE = Long.MIN_VALUE;
  private static final Comparator<@Nullable String> NULL_FIRST =
      Comparator.nullsFirst(Comparator.naturalOrder());
  private static final Comparator<Event> IN_ORDER =
      Comparator.comparingLong(Event::at)
          .thenComparingLong(Event::tie)
          .thenComparing(Event::news)
          .thenComparing(e -> e.state() != null)
          .thenComparing(
              Event::state,
              Comparator.nullsFirst(
                  Comparator.comparing(State::segment, NULL_FIRST)
                      .thenComparing(State::phone, NULL_FIRST)));

  private final Rules rules;
  private List<Event> remembered = new ArrayList<>();
  private long first = Long.MAX_VALUE;
  private @Nullable String previous;
  private boolean staged;

  KeyedModel(Rules rules) {
    this.rules = rules;
  }

  /** A state, or with null an end. */
  private record Event(long at, long tie, boolean news, @Nullable State state) {}

  /** A row: {@code [from, to)}. */
  private record Version(State state, long at, long tie, long from, long to, boolean deleted) {}

  /** Whether the input has a row of the key. */
  boolean staged() {
    return staged;
  }

  /** The time of some event, for a tie. */
  long someTime() {
    return remembered.isEmpty() ? 0 : remembered.getFirst().at();
  }

  void apply(Change change, long committedAt) {
    boolean gone = change.state() == null;
    staged = !gone;
    if (rules.action() == OnDelete.IGNORE && (gone || change.marked())) {
      return;
    }
    long newest =
        remembered.stream()
            .filter(e -> e.state() != null)
            .mapToLong(Event::at)
            .max()
            .orElse(Long.MIN_VALUE);
    long at = gone ? Math.max(committedAt, newest + 1) : change.micros();
    long tie = gone || !rules.ties() ? NO_TIE : change.tie();
    List<Event> events = new ArrayList<>(remembered);
    events.add(new Event(at, tie, true, change.marked() ? null : change.state()));
    settle(
        events,
        remembered.stream()
            .filter(e -> e.state() != null)
            .mapToLong(Event::at)
            .findFirst()
            .orElse(-1));
    forget();
  }

  /** The rows that a set of changes gives, in whatever order they came. */
  static List<String> rows(Rules rules, Collection<Change> changes) {
    KeyedModel model = new KeyedModel(rules);
    model.settle(
        new ArrayList<>(
            changes.stream()
                .filter(c -> rules.action() != OnDelete.IGNORE || !c.ends())
                .map(c ->
                    new Event(
                        c.micros(),
                        rules.ties() && c.state() != null ? c.tie() : NO_TIE,
                        false,
                        c.ends() ? null : c.state()))
                .toList()),
        -1);
    return model.rows();
  }

  /**
   * Remembers one event for each time.
   *
   * @param kept the time of the state that a member's only row shows
   */
  private void settle(List<Event> events, long kept) {
    events.sort(IN_ORDER);
    List<Event> chosen = chosen(rules.ignoreNulls() ? filled(events) : events);
    for (Event event : chosen) {
      first = event.state() == null ? first : Math.min(first, event.at());
    }
    if (rules.action() == OnDelete.REMOVE) {
      long end =
          chosen.stream().filter(e -> e.state() == null).mapToLong(Event::at).max().orElse(-1);
      chosen = new ArrayList<>(chosen.stream().filter(e -> e.at() > end).toList());
      if (first <= end) {
        first = chosen.stream().mapToLong(Event::at).min().orElse(Long.MAX_VALUE);
      }
    }
    previous = previous(chosen, kept);
    remembered = chosen;
  }

  private static List<Event> filled(List<Event> events) {
    List<Event> filled = new ArrayList<>();
    State before = null;
    for (Event event : events) {
      State state = event.state();
      if (state != null && before != null) {
        state =
            new State(
                state.segment() == null ? before.segment() : state.segment(),
                state.phone() == null ? before.phone() : state.phone());
      }
      filled.add(new Event(event.at(), event.tie(), event.news(), state));
      before = state;
    }
    return filled;
  }

  /** One event for each time; an end that comes after a state of its time stands behind it. */
  private List<Event> chosen(List<Event> events) {
    TreeMap<Long, Event> chosen = new TreeMap<>();
    TreeMap<Long, List<Event>> times = new TreeMap<>();
    events.forEach(e -> times.computeIfAbsent(e.at(), at -> new ArrayList<>()).add(e));
    times.forEach((at, group) -> {
      List<Event> states = group.stream().filter(e -> e.state() != null).toList();
      if (states.isEmpty()) {
        chosen.put(at, group.getLast());
        return;
      }
      chosen.put(at, rules.type() == ScdType.TYPE_0 ? states.getFirst() : states.getLast());
      if (group.getLast().state() == null) {
        chosen.put(at + 1, new Event(at + 1, NO_TIE, true, null));
      }
    });
    return new ArrayList<>(chosen.values());
  }

  private @Nullable String previous(List<Event> chosen, long kept) {
    String was = null;
    State before = null;
    for (Event event : chosen) {
      State state = event.state();
      if (state != null) {
        if (event.at() == kept) {
          was = previous;
        } else if (before != null && !Objects.equals(before.segment(), state.segment())) {
          was = before.segment();
        }
        before = state;
      }
    }
    return was;
  }

  /** The rows that the dimension should show, as {@link Engine#rows} reads them. */
  List<String> rows() {
    List<Version> versions = versions();
    return versions.stream()
        .map(v ->
            "%s/%s [%d, %s%s%s"
                .formatted(
                    v.state().segment(),
                    v.state().phone(),
                    v.from(),
                    v.to() == OPEN ? "open)*" : v.to() + ")",
                    switch (rules.type()) {
                      case TYPE_3 -> " was " + previous;
                      case TYPE_6 -> " now " + versions.getLast().state().segment();
                      case TYPE_0, TYPE_1, TYPE_2, TYPE_7 -> "";
                    },
                    rules.action() == OnDelete.FLAG && v.deleted() ? " deleted" : ""))
        .toList();
  }

  private List<Version> versions() {
    List<Event> states = remembered.stream().filter(e -> e.state() != null).toList();
    if (states.isEmpty()) {
      return List.of();
    }
    if (rules.type().hasVersions()) {
      return walk();
    }
    Event shown = rules.type() == ScdType.TYPE_0 ? states.getFirst() : states.getLast();
    long to =
        remembered.stream()
            .mapToLong(Event::at)
            .filter(at -> at > states.getLast().at())
            .min()
            .orElse(OPEN);
    return List.of(
        new Version(
            Objects.requireNonNull(shown.state()), shown.at(), shown.tie(), first, to, to < OPEN));
  }

  private List<Version> walk() {
    List<Version> versions = new ArrayList<>();
    Event open = null;
    long from = 0;
    for (Event event : remembered) {
      State state = open == null ? null : open.state();
      State next = event.state();
      boolean same =
          state != null && next != null && Objects.equals(state.segment(), next.segment());
      if (!same) {
        if (open != null && state != null) {
          versions.add(new Version(state, open.at(), open.tie(), from, event.at(), next == null));
        }
        from = event.at();
      }
      open = next == null ? null : event;
    }
    if (open != null && open.state() != null) {
      versions.add(new Version(open.state(), open.at(), open.tie(), from, OPEN, false));
    }
    return versions;
  }

  /** Only what the rows show. */
  private void forget() {
    List<Event> kept = new ArrayList<>();
    for (Version version : versions()) {
      long at = rules.type().hasVersions() ? version.from() : version.at();
      kept.add(new Event(at, at == version.at() ? version.tie() : NO_TIE, false, version.state()));
      if (version.deleted()) {
        kept.add(new Event(version.to(), NO_TIE, false, null));
      }
    }
    remembered = kept;
  }
}
