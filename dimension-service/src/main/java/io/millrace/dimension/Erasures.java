package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.lake.Sql;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.Feed;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.SurrogateKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The versions of members that an operator had erased, by their surrogate keys; the key of an
 * inferred row stands for all rows of its member. The orders stand in the cut log, so a replay
 * erases again, at the same place, and nobody who was erased is inferred again.
 */
final class Erasures {
  /** Natural keys that an order concerns. */
  static final String KEYS = "dimension_erased_keys";

  /** The rows that stay of those keys. */
  static final String WANTED = "dimension_erased_wanted";

  private final Shard shard;
  private final Dimension dimension;

  Erasures(Shard shard, Dimension dimension) {
    this.shard = shard;
    this.dimension = dimension;
  }

  /**
   * Whether a member of an order is still current: its input holds it, so the next change would
   * bring it back. Where deletes are ignored rows do not tell, so there the order counts.
   */
  boolean isRefused(List<Long> erased, String relation) {
    return dimension.deletes().action() != OnDelete.IGNORE
        && Sql.number(
                shard.duck(),
                "SELECT count(*) FROM %s AS e WHERE is_current%s AND %s"
                    .formatted(relation, Floors.without(dimension), in(erased)))
            > 0;
  }

  /** Surrogate keys that orders up to a cut name. */
  List<Long> upTo(long cut) {
    return orders(-1, cut).stream().flatMap(order -> order.erase().stream()).toList();
  }

  /** Fills {@link #KEYS} and {@link #WANTED} for an order. */
  void plan(List<Long> erased, String relation) {
    String keys = Sql.names(dimension.keys());
    Sql.run(
        shard.duck(),
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT DISTINCT %s FROM %s AS e WHERE %s"
            .formatted(KEYS, keys, relation, in(erased)));
    Sql.run(
        shard.duck(),
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT %s FROM %s AS e SEMI JOIN %s AS k ON %s WHERE NOT %s"
            .formatted(
                WANTED,
                Sql.names(dimension.schema().names()),
                relation,
                KEYS,
                InputRows.equal(dimension.keys(), "e", "k"),
                in(erased)));
  }

  /**
   * Erases again, in a replay, what orders after one cut and up to another erased. Of an input that
   * is held nothing was erased that it still had.
   */
  void replay(String relation, long after, long through) {
    if (dimension.feed() == Feed.HISTORY || dimension.feed() == Feed.SNAPSHOTS) {
      return;
    }
    for (Rebuild order : orders(after, through)) {
      if (!isRefused(order.erase(), relation)) {
        Sql.run(
            shard.duck(), "DELETE FROM %s AS e WHERE %s".formatted(relation, in(order.erase())));
      }
    }
  }

  private List<Rebuild> orders(long after, long through) {
    String operator = shard.operator(dimension.name());
    List<Rebuild> orders = new ArrayList<>();
    Optional<FoldedCut> next = shard.around().cutLog().nextOf(operator, after);
    while (next.isPresent() && next.get().number() <= through) {
      Rebuild order = Rebuild.of(next.get());
      if (order.rebuild().equals(dimension.name().toString()) && order.isErasure()) {
        orders.add(order);
      }
      next = shard.around().cutLog().nextOf(operator, next.get().number());
    }
    return orders;
  }

  /** Of rows that are called {@code e}. */
  private String in(List<Long> erased) {
    return in(dimension, erased);
  }

  static String in(Dimension dimension, List<Long> erased) {
    return "(e.%1$s > 0 AND (e.%1$s IN (%2$s) OR %3$s IN (%2$s)))"
        .formatted(
            Sql.name(dimension.surrogateKey()),
            erased.stream().map(String::valueOf).collect(Collectors.joining(", ")),
            SurrogateKeys.ofInferred(dimension, "e"));
  }
}
