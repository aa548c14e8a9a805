package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Strategy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Runs random queries over random batches of changes and compares, after each, what was kept with
 * what the query gives when it is run anew, and the changes that came out with the difference.
 */
final class DifferentialFuzz {
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final int STEPS_A_QUERY = 5;

  private final UnaryOperator<String> edit;
  private final Lookups lookups;
  private final Map<String, Integer> unknown = new HashMap<>();
  private int known;

  DifferentialFuzz(UnaryOperator<String> edit, Lookups lookups) {
    this.edit = edit;
    this.lookups = lookups;
  }

  /** How many queries were understood. */
  int known() {
    return known;
  }

  /** Why the others were not. */
  Map<String, Integer> unknown() {
    return unknown;
  }

  /**
   * Takes this many steps, or stops at the first mismatch.
   *
   * @return the mismatch: seed, step, query
   */
  Optional<String> run(long seed, int steps) {
    int taken = 0;
    long round = seed;
    try (Ground ground = new Ground()) {
      while (taken < steps) {
        Optional<String> mismatch = query(ground, round);
        if (mismatch.isPresent()) {
          return mismatch;
        }
        taken += STEPS_A_QUERY;
        round++;
      }
    }
    return Optional.empty();
  }

  private Optional<String> query(Ground ground, long seed) {
    Random random = new Random(seed);
    Batches batches = new Batches(random, ground);
    ground.forgetChanges();
    batches.createTables();
    String query = new Queries(random, lookups).any(1 + random.nextInt(3)).sql();
    return kept(ground, batches, query, random).map(m -> "seed %d, %s".formatted(seed, m));
  }

  /** Makes the tables that queries read. */
  void createTables(Ground ground, long seed) {
    new Batches(new Random(seed), ground).createTables();
  }

  /** Some steps of a given query over random tables; the mismatch, if any. */
  Optional<String> query(Ground ground, long seed, String query) {
    Random random = new Random(seed);
    Batches batches = new Batches(random, ground);
    ground.forgetChanges();
    batches.createTables();
    return kept(ground, batches, query, random).map(m -> "seed %d, %s".formatted(seed, m));
  }

  private Optional<String> kept(Ground ground, Batches batches, String query, Random random) {
    return switch (ground.algebra(query)) {
      case Algebra.Unknown(var reason, String construct) -> {
        unknown.merge(reason + " " + construct, 1, Integer::sum);
        yield Optional.empty();
      }
      case Algebra.Known(Node root) -> {
        known++;
        yield steps(ground, batches, root, query, random).map(m -> m + ", of: " + query);
      }
    };
  }

  private Optional<String> steps(
      Ground ground, Batches batches, Node root, String query, Random random) {
    Copy delta = new Copy(ground, view(ground, root, "d_", Strategy.DELTA), "copy_d");
    Copy keys = new Copy(ground, view(ground, root, "k_", Strategy.KEYS), "copy_k");
    Instant now = START;
    delta.build(now);
    keys.build(now);
    for (int step = 0; step < STEPS_A_QUERY; step++) {
      batches.change();
      now = random.nextInt(3) == 0 ? now : now.plus(Duration.ofHours(random.nextInt(60)));
      ground.run("CREATE OR REPLACE TEMP TABLE wanted AS " + Ground.at(query, now));
      Optional<String> mismatch = delta.step(now);
      if (mismatch.isEmpty()) {
        mismatch = keys.step(now).map(m -> m + " by keys");
      }
      if (mismatch.isPresent()) {
        int at = step;
        return mismatch.map(m -> m + " at step " + at);
      }
    }
    return Optional.empty();
  }

  private View view(Ground ground, Node root, String prefix, Strategy aggregates) {
    return new View(ground.duck(), root, prefix, t -> "staging." + t.name(), aggregates, edit);
  }

  /** A view and the copy that somebody keeps who only sees its changes. */
  private record Copy(Ground ground, View view, String copy) {

    void build(Instant now) {
      view.build(now);
      ground.run("CREATE OR REPLACE TEMP TABLE %s AS %s".formatted(copy, view.query()));
    }

    Optional<String> step(Instant now) {
      Optional<String> delta;
      try {
        delta = view.refresh(ground::changes, now, Optional.empty());
      } catch (Inconsistent e) {
        return Optional.of("state does not fit: " + e.getMessage());
      }
      int width = view.width();
      if (delta.isPresent()) {
        ground.run(
            "CREATE OR REPLACE TEMP TABLE %1$s AS SELECT %2$s FROM (SELECT %2$s, sum(w)::BIGINT AS w FROM (SELECT %2$s, 1 AS w FROM %1$s UNION ALL SELECT %2$s, _w FROM %3$s) GROUP BY ALL), range(w)"
                .formatted(copy, Names.columns(width), delta.get()));
      }
      view.finish();
      ground.run("CREATE OR REPLACE TEMP TABLE kept AS " + view.query());
      if (ground.differenceOf("kept", "wanted") > 0) {
        return Optional.of("rows that are kept are not those of the query");
      }
      return ground.differenceOf(copy, "wanted") > 0
          ? Optional.of("changes that came out do not lead to the query's rows")
          : Optional.empty();
    }
  }
}
