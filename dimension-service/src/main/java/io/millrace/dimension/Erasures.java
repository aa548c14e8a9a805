package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.lake.Sql;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.warehouse.Dimension;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The versions of members that an operator had erased, by their surrogate keys. The orders stand in
 * the cut log, so a replay erases again, at the same place.
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
   * bring it back.
   */
  boolean isStillThere(List<Long> erased, String relation) {
    return Sql.number(
            shard.duck(),
            "SELECT count(*) FROM %s WHERE is_current AND %s".formatted(relation, in(erased)))
        > 0;
  }

  /** Fills {@link #KEYS} and {@link #WANTED} for an order. */
  void plan(List<Long> erased, String relation) {
    String keys = Sql.names(dimension.keys());
    Sql.run(
        shard.duck(),
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT DISTINCT %s FROM %s WHERE %s"
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

  /** Erases again, in a replay, what orders after one cut and up to another erased. */
  void replay(String relation, long after, long through) {
    Optional<FoldedCut> order =
        shard.around().cutLog().nextOf(shard.operator(dimension.name()), after);
    while (order.isPresent() && order.get().number() <= through) {
      Rebuild what = Rebuild.of(order.get());
      if (what.rebuild().equals(dimension.name().toString())
          && what.isErasure()
          && !isStillThere(what.erase(), relation)) {
        Sql.run(shard.duck(), "DELETE FROM %s WHERE %s".formatted(relation, in(what.erase())));
      }
      order =
          shard.around().cutLog().nextOf(shard.operator(dimension.name()), order.get().number());
    }
  }

  private String in(List<Long> erased) {
    return "(%1$s > 0 AND %1$s IN (%2$s))"
        .formatted(
            Sql.name(dimension.surrogateKey()),
            erased.stream().map(String::valueOf).collect(Collectors.joining(", ")));
  }
}
