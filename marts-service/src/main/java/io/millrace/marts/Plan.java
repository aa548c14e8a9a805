package io.millrace.marts;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Lake;
import io.millrace.marts.control.Alterations;
import io.millrace.marts.control.Orders;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.DynamicTable.Initialize;
import io.millrace.warehouse.Warehouse;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * At which cut which dynamic table is due: at its rounds' cuts, as far as its inputs reach, unless
 * it is suspended; and at the cuts of orders. Used by the shard's loop alone.
 */
final class Plan {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");

  private final Shard shard;
  private final List<? extends Planned> marts;
  private final Inputs inputs;
  private final RoundCuts cuts;
  private final Orders orders;
  private final Alterations alterations;
  private Set<Long> periods;
  private final Map<TableName, Long> cleared = new HashMap<>();
  private final Map<TableName, Set<TableName>> upstream = new HashMap<>();
  private final Map<TableName, Long> made = new HashMap<>();
  private long known = -1;
  private long lastRound = -1;

  /**
   * @param marts those that are open, as they are at each call
   */
  Plan(Shard shard, List<? extends Planned> marts, Inputs inputs) {
    this.shard = shard;
    this.marts = marts;
    this.inputs = inputs;
    this.cuts = new RoundCuts(shard.around().cutLog());
    this.orders =
        new Orders(
            shard.around().cutLog(),
            IntStream.range(0, shard.around().warehouse().settings().shards())
                .mapToObj(number -> Shard.operator(Service.MARTS, number))
                .toList(),
            this::upstream,
            this::made);
    this.alterations = new Alterations(shard.around().warehouse(), orders);
    this.periods = periods(shard.around().warehouse());
  }

  /** All P in use. */
  private static Set<Long> periods(Warehouse warehouse) {
    return warehouse.dynamicTables().stream()
        .map(table -> Mart.period(warehouse, table))
        .collect(Collectors.toSet());
  }

  /** The dynamic tables that one reads, directly or not. */
  private Set<TableName> upstream(TableName table) {
    Set<TableName> found = new HashSet<>();
    shard
        .around()
        .warehouse()
        .table(table)
        .ifPresent(t ->
            dynamic(t.inputs())
                .forEach(input -> {
                  found.add(input);
                  found.addAll(upstream(input));
                }));
    return found;
  }

  /** The next cut when a table was made, whichever instance keeps it; 0 where nothing tells. */
  private long made(TableName table) {
    Lake lake = shard.around().lake();
    try {
      if (!made.containsKey(table) && lake.exists(table)) {
        made.put(table, WrittenTable.created(lake.open(table)));
      }
    } catch (MillraceException e) {
      LOG.debugf(e, "%s does not tell when it was made", table);
    }
    return made.getOrDefault(table, 0L);
  }

  private static Stream<TableName> dynamic(Collection<TableName> inputs) {
    return inputs.stream().filter(input -> Service.of(input) == Service.MARTS);
  }

  /**
   * How far everything is that others write. Looked at once for each round: what is announced amid
   * a round belongs to the next, for the mirrors were brought on without it.
   *
   * @return whether there are orders that were not there at the last look
   */
  boolean look() {
    known = shard.around().cutLog().end() - 1;
    inputs.look();
    boolean ordered = orders.follow();
    if (ordered) {
      opened();
    }
    return ordered;
  }

  /** A table is open that was not: it may just have been made. */
  void opened() {
    alterations.follow();
    periods = periods(alterations.warehouse());
  }

  /** The statements, as operators have altered them. */
  Alterations alterations() {
    return alterations;
  }

  /** A round at this cut begins. */
  void began(long cut) {
    lastRound = Math.max(lastRound, cut);
  }

  /** The cut of the newest round. */
  long lastRound() {
    return lastRound;
  }

  /** Whether an operator has suspended the table. */
  boolean suspended(TableName table) {
    return orders.suspendedAt(table, Long.MAX_VALUE);
  }

  /** The earliest cut at which a table is due. */
  OptionalLong nextRound() {
    return marts.stream().map(this::due).flatMapToLong(OptionalLong::stream).min();
  }

  /** A table that waits after an error is not due: the others go on without it. */
  private OptionalLong due(Planned mart) {
    OptionalLong rebuild = lastRebuild(mart);
    OptionalLong ordered = orders.refreshAfter(mart.name(), mart.through());
    clearOnce(mart, rebuild);
    clearOnce(mart, ordered);
    if (!mart.mayStep()) {
      return OptionalLong.empty();
    }
    failedAbove(mart).ifPresent(input -> mart.waiting(input + ", which has failed"));
    suspendedAbove(mart)
        .ifPresent(input -> mart.waiting("millrace resume " + input + ": it is suspended"));
    long reach = reach(mart);
    if (rebuild.isPresent() || ordered.isPresent()) {
      return ordered(mart, rebuild.isPresent() ? rebuild : ordered, reach);
    }
    return scheduled(mart, reach, right(mart));
  }

  /** A dynamic table of this instance that it reads, directly or not, and that waits or stopped. */
  private Optional<TableName> failedAbove(Planned mart) {
    Set<TableName> above = upstream.computeIfAbsent(mart.name(), this::upstream);
    return marts.stream()
        .filter(m -> above.contains(m.name()) && !m.mayStep())
        .<TableName>map(Planned::name)
        .findFirst();
  }

  /** A dynamic table that it reads, directly or not, and that is not refreshed any more. */
  private Optional<TableName> suspendedAbove(Planned mart) {
    return upstream.computeIfAbsent(mart.name(), this::upstream).stream()
        .filter(this::suspended)
        .min(Comparator.comparing(TableName::toString));
  }

  /** The newest order of a rebuild that waits: an earlier one may have met what cannot be done. */
  private OptionalLong lastRebuild(Planned mart) {
    OptionalLong last = mart.nextRebuild();
    String operator = shard.operator(mart.name());
    Optional<FoldedCut> next =
        last.isPresent()
            ? shard.around().cutLog().nextOf(operator, last.getAsLong())
            : Optional.empty();
    while (next.isPresent()) {
      Rebuild order = Rebuild.of(next.get());
      if (order.rebuild().equals(mart.name().toString()) && !order.isErasure()) {
        last = OptionalLong.of(next.get().number());
      }
      next = shard.around().cutLog().nextOf(operator, next.get().number());
    }
    return last;
  }

  /** An order lets a table go on that has failed, but each only once. */
  private void clearOnce(Planned mart, OptionalLong order) {
    if (order.isPresent() && order.getAsLong() > cleared.getOrDefault(mart.name(), -1L)) {
      cleared.put(mart.name(), order.getAsLong());
      mart.cleared();
    }
  }

  /**
   * The cuts at which a table can be computed: those from which its inputs can be read, and at
   * which the dynamic tables among them were right, for these are at their own rounds only.
   *
   * @param from the first of them
   * @param rounds those of them that count; empty: any
   */
  private record Right(long from, Optional<NavigableSet<Long>> rounds) {
    OptionalLong first(long least) {
      long at = Math.max(from, least);
      return rounds.isEmpty() ? OptionalLong.of(at) : maybe(rounds.get().ceiling(at));
    }

    OptionalLong last(long most) {
      Long at = rounds.isEmpty() ? Long.valueOf(most) : rounds.get().floor(most);
      return at == null || at < from ? OptionalLong.empty() : OptionalLong.of(at);
    }

    private static OptionalLong maybe(@Nullable Long cut) {
      return cut == null ? OptionalLong.empty() : OptionalLong.of(cut);
    }
  }

  private Right right(Planned mart) {
    long from = Math.max(inputs.readableFrom(mart.inputs()), mart.through() + 1);
    Optional<NavigableSet<Long>> rounds =
        dynamic(mart.inputs())
            .map(input -> rightFrom(input, from))
            .reduce((one, other) -> {
              one.retainAll(other);
              return one;
            });
    return new Right(from, rounds);
  }

  private NavigableSet<Long> rightFrom(TableName input, long cut) {
    return mart(input)
        .map(mart -> mart.rightFrom(cut))
        .orElseGet(() -> shard.around().published().rightFrom(input, cut));
  }

  /**
   * The cut of an order, or the first from it on that is right; where the data of that cut failed,
   * the newest, for they may have been mended since. A table without rows begins as any other, with
   * what there is: the order may be of one that had its name, or of one that did not read it then.
   */
  private OptionalLong ordered(Planned mart, OptionalLong order, long reach) {
    Right right = right(mart);
    if (mart.through() < 0) {
      return firstCut(mart, reach, right, Initialize.ON_CREATE);
    }
    OptionalLong at = right.first(order.getAsLong());
    if (at.isEmpty() || at.getAsLong() > reach) {
      return OptionalLong.empty();
    }
    return mart.needsLaterCut() ? right.last(reach) : at;
  }

  private OptionalLong scheduled(Planned mart, long reach, Right right) {
    OptionalLong next =
        mart.through() < 0
            ? firstCut(mart, reach, right, mart.definition().initialize())
            : nextCut(mart, reach, right);
    if (next.isPresent() && orders.suspendedAt(mart.name(), next.getAsLong())) {
      mart.waiting("millrace resume: it is suspended");
      return OptionalLong.empty();
    }
    return next;
  }

  /**
   * Its next round's cut that is right; one at which an input was not right, or it was suspended
   * and has been resumed since, is passed over.
   */
  private OptionalLong nextCut(Planned mart, long reach, Right right) {
    long through = mart.through();
    OptionalLong least = right.first(0);
    while (least.isPresent()) {
      OptionalLong next = cuts.next(through, reach, least.getAsLong(), mart.period(), periods);
      if (next.isEmpty()) {
        return next;
      }
      OptionalLong goesOn = orders.goesOnFrom(mart.name(), next.getAsLong());
      if (goesOn.isEmpty()) {
        return next;
      }
      least = right.first(goesOn.getAsLong());
      if (least.equals(next)) {
        return next;
      }
    }
    return OptionalLong.empty();
  }

  /**
   * A table without rows yet takes what there is, once every source has said something; of this
   * period rather what others show, so that they need not wait for a round to be read together.
   */
  private OptionalLong firstCut(Planned mart, long reach, Right right, Initialize initialize) {
    if (!allHaveSpoken(mart, reach)) {
      mart.waiting("the first cut of " + waitsFor(mart));
      return OptionalLong.empty();
    }
    return switch (initialize) {
      case ON_CREATE -> {
        OptionalLong joined = cuts.joining(shownByOthers(mart, right), reach, mart.period());
        yield joined.isPresent() && allHaveSpoken(mart, joined.getAsLong())
            ? joined
            : right.last(reach);
      }
      case ON_SCHEDULE -> nextCut(mart, reach, right);
    };
  }

  private boolean allHaveSpoken(Planned mart, long cut) {
    return shard.around().cutLog().committedAt(mart.sources(), cut).isPresent();
  }

  /** The cuts at which the table can be computed and another dynamic table can be read. */
  private Set<Long> shownByOthers(Planned mart, Right right) {
    return shard.around().warehouse().dynamicTables().stream()
        .filter(other -> !other.name().equals(mart.name()))
        .flatMap(other -> rightFrom(other.name(), Math.max(0, right.from())).stream())
        .filter(cut -> right.last(cut).equals(OptionalLong.of(cut)))
        .collect(Collectors.toSet());
  }

  private String waitsFor(Planned mart) {
    return mart.inputs().stream()
        .filter(input -> through(input) < 0)
        .findFirst()
        .map(TableName::toString)
        .orElse(String.join(", ", mart.sources()));
  }

  /** The cut that all inputs have reached. */
  private long reach(Planned mart) {
    return Math.min(mart.inputs().stream().mapToLong(this::through).min().orElse(-1), known);
  }

  private long through(TableName input) {
    return inputs
        .announced(input)
        .orElseGet(() -> mart(input).map(mart -> mart.through()).orElse(-1L));
  }

  private Optional<Planned> mart(TableName name) {
    return marts.stream().filter(m -> m.name().equals(name)).<Planned>map(m -> m).findFirst();
  }

  /** Whether the table is due at the cut. */
  boolean isDue(Planned mart, long cut) {
    OptionalLong at = due(mart);
    return at.isPresent() && at.getAsLong() == cut;
  }

  /** As {@link #isDue}, had all its inputs reached the cut and were right. */
  boolean wouldBeDue(Planned mart, long cut) {
    OptionalLong at = scheduled(mart, cut, new Right(mart.through() + 1, Optional.empty()));
    return at.isPresent() && at.getAsLong() == cut;
  }
}
