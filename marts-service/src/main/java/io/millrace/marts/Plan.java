package io.millrace.marts;

import io.millrace.contracts.TableName;
import io.millrace.marts.control.Orders;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.DynamicTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * At which cut which dynamic table is due: at its rounds' cuts, as far as its inputs reach, unless
 * it is suspended; and at the cuts of orders. Used by the shard's loop alone.
 */
final class Plan {
  private final Shard shard;
  private final List<Mart> marts;
  private final Inputs inputs;
  private final RoundCuts cuts;
  private final Orders orders;
  private final Set<Long> periods;
  private final Map<TableName, Long> cleared = new HashMap<>();
  private long known = -1;
  private long lastRound = -1;

  /**
   * @param marts those that are open, as they are at each call
   */
  Plan(Shard shard, List<Mart> marts, Inputs inputs) {
    this.shard = shard;
    this.marts = marts;
    this.inputs = inputs;
    this.cuts = new RoundCuts(shard.around().cutLog());
    this.orders = new Orders(shard.around().cutLog(), shard.operator(), this::upstream);
    this.periods =
        shard.tables().stream()
            .map(table -> Mart.period(shard, (DynamicTable) table))
            .collect(Collectors.toSet());
  }

  /** The dynamic tables that one reads, directly or not. */
  private Set<TableName> upstream(TableName table) {
    Set<TableName> found = new HashSet<>();
    shard.tables().stream()
        .filter(t -> t.name().equals(table))
        .flatMap(t -> t.inputs().stream())
        .filter(input -> shard.tables().stream().anyMatch(t -> t.name().equals(input)))
        .forEach(input -> {
          found.add(input);
          found.addAll(upstream(input));
        });
    return found;
  }

  /**
   * How far everything is that other services write. Looked at once for each round: what is
   * announced amid a round belongs to the next, for the mirrors were brought on without it.
   */
  void look() {
    known = shard.around().cutLog().end() - 1;
    inputs.look();
    orders.follow();
  }

  /** A round at this cut begins: earlier cuts are no longer to be had. */
  void began(long cut) {
    lastRound = Math.max(lastRound, cut);
  }

  /** The cut of the newest round. */
  long lastRound() {
    return lastRound;
  }

  /** Whether an operator has suspended the table. */
  boolean suspended(Mart mart) {
    return orders.suspendedAt(mart.name(), Long.MAX_VALUE);
  }

  /** The earliest cut at which a table is due. */
  OptionalLong nextRound() {
    return marts.stream().map(this::due).flatMapToLong(OptionalLong::stream).min();
  }

  private OptionalLong due(Mart mart) {
    WrittenTable table = mart.table();
    Optional<Long> rebuild = table.nextRebuild().map(c -> c.number());
    if (rebuild.isPresent() && table.definitionChanged()) {
      table.progress().cleared();
    }
    OptionalLong ordered = orders.refreshAfter(mart.name(), table.through());
    if (ordered.isPresent() && ordered.getAsLong() > cleared.getOrDefault(mart.name(), -1L)) {
      cleared.put(mart.name(), ordered.getAsLong());
      table.progress().cleared();
    }
    if (!table.progress().mayStep()) {
      return OptionalLong.empty();
    }
    long reach = reach(mart);
    if (rebuild.isPresent() && rebuild.get() >= lastRound) {
      return reach >= rebuild.get() ? OptionalLong.of(rebuild.get()) : OptionalLong.empty();
    }
    if (ordered.isPresent()) {
      long at = Math.max(ordered.getAsLong(), lastRound);
      return reach >= at ? OptionalLong.of(at) : OptionalLong.empty();
    }
    return scheduled(mart, reach);
  }

  private OptionalLong scheduled(Mart mart, long reach) {
    WrittenTable table = mart.table();
    OptionalLong next =
        table.through() < 0
            ? firstCut(mart, reach)
            : cuts.next(table.through(), reach, lastRound, mart.period(), periods);
    if (next.isPresent() && orders.suspendedAt(mart.name(), next.getAsLong())) {
      table.progress().waiting("millrace resume: it is suspended");
      return OptionalLong.empty();
    }
    return next;
  }

  /** A table without rows yet takes what there is, once every source has said something. */
  private OptionalLong firstCut(Mart mart, long reach) {
    if (reach < Math.max(0, lastRound)
        || shard.around().cutLog().committedAt(mart.sources(), reach).isEmpty()) {
      mart.table().progress().waiting("the first cut of " + waitsFor(mart));
      return OptionalLong.empty();
    }
    return switch (mart.definition().initialize()) {
      case ON_CREATE -> OptionalLong.of(reach);
      case ON_SCHEDULE -> cuts.next(-1, reach, Math.max(0, lastRound), mart.period(), periods);
    };
  }

  private String waitsFor(Mart mart) {
    return mart.inputs().stream()
        .filter(input -> through(input) < 0)
        .findFirst()
        .map(TableName::toString)
        .orElse(String.join(", ", mart.sources()));
  }

  /** The cut that all inputs have reached. */
  private long reach(Mart mart) {
    return Math.min(mart.inputs().stream().mapToLong(this::through).min().orElse(-1), known);
  }

  private long through(TableName input) {
    return inputs
        .announced(input)
        .orElseGet(() -> mart(input).map(mart -> mart.table().through()).orElse(-1L));
  }

  Optional<Mart> mart(TableName name) {
    return marts.stream().filter(m -> m.name().equals(name)).findFirst();
  }

  /** Whether the table is due at the cut. */
  boolean isDue(Mart mart, long cut) {
    OptionalLong at = due(mart);
    return at.isPresent() && at.getAsLong() == cut;
  }

  /** As {@link #isDue}, had all its inputs reached the cut. */
  boolean wouldBeDue(Mart mart, long cut) {
    OptionalLong at = scheduled(mart, cut);
    return at.isPresent() && at.getAsLong() == cut;
  }
}
