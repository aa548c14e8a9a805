package io.millrace.marts;

import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.marts.control.Orders;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import java.util.Collection;
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
import org.jspecify.annotations.Nullable;

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
    this.orders =
        new Orders(
            shard.around().cutLog(),
            IntStream.range(0, shard.around().warehouse().settings().shards())
                .mapToObj(number -> Shard.operator(Service.MARTS, number))
                .toList(),
            this::upstream);
    this.periods =
        shard.around().warehouse().dynamicTables().stream()
            .map(table -> Mart.period(shard, table))
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

  private static Stream<TableName> dynamic(Collection<TableName> inputs) {
    return inputs.stream().filter(input -> Service.of(input) == Service.MARTS);
  }

  /**
   * How far everything is that others write. Looked at once for each round: what is announced amid
   * a round belongs to the next, for the mirrors were brought on without it.
   */
  void look() {
    known = shard.around().cutLog().end() - 1;
    inputs.look();
    orders.follow();
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
    if (rebuild.isPresent()) {
      return firstRight(mart, rebuild.get(), reach);
    }
    if (ordered.isPresent()) {
      return firstRight(mart, ordered.getAsLong(), reach);
    }
    return scheduled(mart, reach, right(mart));
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

  private Right right(Mart mart) {
    long from = Math.max(inputs.readableFrom(mart.inputs()), mart.table().through() + 1);
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
        .map(mart -> mart.table().rightFrom(cut))
        .orElseGet(() -> shard.around().published().rightFrom(input, cut));
  }

  private OptionalLong firstRight(Mart mart, long least, long reach) {
    OptionalLong at = right(mart).first(least);
    return at.isPresent() && at.getAsLong() <= reach ? at : OptionalLong.empty();
  }

  private OptionalLong scheduled(Mart mart, long reach, Right right) {
    WrittenTable table = mart.table();
    OptionalLong next =
        table.through() < 0 ? firstCut(mart, reach, right) : nextCut(mart, reach, right);
    if (next.isPresent() && orders.suspendedAt(mart.name(), next.getAsLong())) {
      table.progress().waiting("millrace resume: it is suspended");
      return OptionalLong.empty();
    }
    return next;
  }

  /** Its next round's cut that is right; one at which an input was not right is passed over. */
  private OptionalLong nextCut(Mart mart, long reach, Right right) {
    long through = mart.table().through();
    OptionalLong least = right.first(0);
    while (least.isPresent()) {
      OptionalLong next = cuts.next(through, reach, least.getAsLong(), mart.period(), periods);
      if (next.isEmpty()) {
        return next;
      }
      least = right.first(next.getAsLong());
      if (least.equals(next)) {
        return next;
      }
    }
    return OptionalLong.empty();
  }

  /** A table without rows yet takes what there is, once every source has said something. */
  private OptionalLong firstCut(Mart mart, long reach, Right right) {
    if (shard.around().cutLog().committedAt(mart.sources(), reach).isEmpty()) {
      mart.table().progress().waiting("the first cut of " + waitsFor(mart));
      return OptionalLong.empty();
    }
    return switch (mart.definition().initialize()) {
      case ON_CREATE -> right.last(reach);
      case ON_SCHEDULE -> nextCut(mart, reach, right);
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

  /** As {@link #isDue}, had all its inputs reached the cut and were right. */
  boolean wouldBeDue(Mart mart, long cut) {
    OptionalLong at = scheduled(mart, cut, new Right(mart.table().through() + 1, Optional.empty()));
    return at.isPresent() && at.getAsLong() == cut;
  }
}
