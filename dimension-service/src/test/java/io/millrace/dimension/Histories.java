package io.millrace.dimension;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Random histories of many keys, cut at random: NULLs, reverts, gaps, deletes, returns, ties, late
 * and early times, the same state again.
 */
final class Histories {
  static final long SECOND = 1_000_000;

  private final Random random;
  private final SequencedMap<Long, KeyedModel> models;
  private int cut;

  Histories(Random random, SequencedMap<Long, KeyedModel> models) {
    this.random = random;
    this.models = new TreeMap<>(models);
  }

  /** What the source had committed at the last cut, microseconds. */
  long committedAt() {
    return cut * 10L * SECOND;
  }

  /** The changes of the next cut; the models have taken them. */
  List<Change> next() {
    cut++;
    List<Change> changes = new ArrayList<>();
    models.forEach((key, model) -> {
      if (random.nextInt(3) == 0) {
        return;
      }
      Change change =
          random.nextInt(5) == 0 && model.staged() ? Change.delete(key) : state(key, model);
      if (change.state() != null || model.staged()) {
        model.apply(change, committedAt());
        changes.add(change);
      }
    });
    return changes;
  }

  private Change state(long key, KeyedModel model) {
    long micros =
        switch (random.nextInt(8)) {
          case 0, 1 -> random.nextInt(cut * 10) * SECOND;
          case 2 -> model.someTime();
          case 3 -> committedAt() + random.nextInt(20) * SECOND;
          default -> committedAt();
        };
    return new Change(
        key,
        micros,
        random.nextInt(3),
        random.nextInt(12) == 0,
        new State(pick("a", "b", null), pick("x", "y", null)));
  }

  private @Nullable String pick(@Nullable String... values) {
    return values[random.nextInt(values.length)];
  }
}
