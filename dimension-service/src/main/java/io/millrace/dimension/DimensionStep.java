package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Lake;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Watermark;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.shard.TableStep;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One dimension brought to one version of its input: <em>plan -> read -> apply -> commit ->
 * publish</em>. A version of a dimension is the state of its input at a cut, so input versions are
 * taken one at a time, each at its own cut; where members are inferred, together with the versions
 * of that cut that bring their keys.
 */
final class DimensionStep implements TableStep {
  private static final String CHANGES = "dimension_changes";
  private static final String INPUT = "dimension_input";

  /** What an order fails with that will not pass. */
  private static final Set<ErrorCode> REFUSED =
      Set.of(
          DimensionError.DIM_001_KEY_COLLISION,
          DimensionError.DIM_002_NO_SEQUENCE,
          DimensionError.DIM_003_HISTORY_NOT_HELD,
          DimensionError.DIM_005_NULL_KEY,
          DimensionError.DIM_006_EMPTY_SNAPSHOT,
          DimensionError.DIM_010_REWIND_NOT_HELD,
          LakeError.LK_011_HISTORY_GONE);

  private final Shard shard;
  private final Dimension dimension;
  private final WrittenTable table;
  private final Followed input;
  private final Inferring inferring;
  private final Events events;
  private final Members members;
  private final Moments moments;
  private final Erasures erasures;

  private DimensionStep(Shard shard, Dimension dimension, WrittenTable table) {
    this.shard = shard;
    this.dimension = dimension;
    this.table = table;
    this.input = new Followed(shard, dimension, dimension.input(), table);
    this.erasures = new Erasures(shard, dimension);
    this.inferring = new Inferring(shard, dimension, table, erasures);
    this.events =
        switch (dimension.feed()) {
          case ROWS, REPLACED -> new KeyedEvents(shard.duck(), dimension);
          case HISTORY, SNAPSHOTS -> new HeldEvents(shard.duck(), dimension);
        };
    this.members = new Members(shard.duck(), dimension, events);
    this.moments = new Moments(shard, dimension);
  }

  /** Opens the dimension with the columns that an earlier statement gave its table. */
  static DimensionStep open(Shard shard, Dimension declared) {
    Lake lake = shard.around().lake();
    Dimension dimension =
        lake.exists(declared.name())
            ? declared.keeping(lake.open(declared.name()).schema())
            : declared;
    return new DimensionStep(
        shard,
        dimension,
        WrittenTable.open(shard, dimension, Optional.of(DefaultMembers.select(dimension))));
  }

  @Override
  public WrittenTable table() {
    return table;
  }

  @Override
  public boolean step() throws InterruptedException {
    long known = shard.around().cutLog().end() - 1; // before asking for orders up to it
    boolean changed = table.definitionChanged();
    Optional<FoldedCut> order = changed ? table.nextRebuild() : table.nextOrder();
    if (order.isPresent() && carriedOut(order.get())) {
      return true;
    }
    if (changed) {
      return false; // the changed statement counts from the order's cut on
    }
    long until = order.map(cut -> cut.number() - 1).orElse(known);
    long cut = plan(until);
    if (cut > until) {
      return false;
    }
    take(cut);
    return true;
  }

  /** Whether an order is done with; if not, the inputs have to be followed to its cut first. */
  private boolean carriedOut(FoldedCut order) {
    if (!isReached(order)) {
      return false;
    }
    if (Rebuild.of(order).isErasure()) {
      return erase(order);
    }
    rebuild(order);
    return true;
  }

  /** The input, and those whose keys become members. */
  private List<Followed> inputs() {
    return Stream.concat(Stream.of(input), inferring.inputs().stream()).toList();
  }

  /**
   * The cut of the next version of any input, once all have reached it. Without one, the table is
   * where its inputs are.
   *
   * @param limit the newest cut that may be taken
   * @return a cut above the limit when there is none
   */
  private long plan(long limit) {
    long reached = limit;
    long next = Long.MAX_VALUE;
    for (Followed followed : inputs()) {
      reached = Math.min(reached, followed.look(limit));
      next = Math.min(next, followed.next());
    }
    if (next <= reached) {
      return next;
    }
    table.reached(reached);
    table
        .progress()
        .waiting(
            table.through() < 0
                ? "the first cut of "
                    + inputs().stream()
                        .map(f -> f.name().toString())
                        .distinct()
                        .collect(Collectors.joining(", "))
                : null);
    return Long.MAX_VALUE;
  }

  /** Brings the table to the cut of a version; what cannot be read of it is next in another way. */
  private void take(long cut) {
    Optional<InputVersion> version = input.at(cut);
    long before = table.delta().version();
    boolean committed = false;
    while (!committed) {
      String existing = table.mirror().relation();
      if (!read(version, cut)) {
        return;
      }
      inferring.clear();
      members.apply(existing);
      if (!inferring.take(cut, existing)) {
        return;
      }
      if (inferring.found()) {
        members.apply(existing);
      }
      KeyCollisions.refuse(shard.duck(), dimension, existing);
      RowDiff.Changes changes =
          Members.changes(
              shard.duck(),
              dimension,
              table.diff(List.of(dimension.surrogateKey())).exactly(),
              CHANGES,
              existing);
      committed = table.commit(changes, watermark(cut, taken(cut)), false);
    }
    version.ifPresent(input::took);
    inferring.took(cut);
    if (events instanceof HeldEvents held) {
      held.committed(input.position());
    }
    version
        .flatMap(InputVersion::topicEnd)
        .ifPresent(end -> table.readTo(shard.around().names().table(dimension.input()), end));
    table.progress().stepped(table.delta().version() != before);
  }

  /** What is contained of each input once the versions of a cut are. */
  private Map<TableName, Position> taken(long cut) {
    Map<TableName, Position> taken = new TreeMap<>();
    for (Followed followed : inputs()) {
      taken.put(followed.name(), followed.positionAt(cut));
    }
    return taken;
  }

  private Map<TableName, Position> positions() {
    return taken(Long.MIN_VALUE);
  }

  /**
   * Reads what a version of the input says; without one it says nothing.
   *
   * @return see {@link Followed#read}
   */
  private boolean read(Optional<InputVersion> version, long cut) {
    if (version.isPresent()) {
      return input.read(version.get(), v -> read(v, cut)) && !isJoined();
    }
    input.history().loadNothing(INPUT);
    if (events instanceof HeldEvents held && !input.readContained(cut, () -> holdInput(held))) {
      return false;
    }
    events.take(INPUT, moments.at(cut, true));
    return true;
  }

  /** An empty snapshot is no step of its own: what comes behind it is next, together with it. */
  private boolean isJoined() {
    if (!EmptySnapshots.endsAll(shard.duck(), dimension, table.mirror().relation())) {
      return false;
    }
    if (!input.join()) {
      throw EmptySnapshots.last(dimension);
    }
    return true;
  }

  private void read(InputVersion version, long cut) {
    InputHistory history = input.history();
    String members = table.mirror().relation();
    switch (events) {
      case KeyedEvents keyed ->
          keyed.take(
              history,
              version,
              moments.at(cut, Members.any(shard.duck(), dimension, members)),
              members,
              INPUT);
      case HeldEvents held -> {
        Position next = new Position(version.tableId(), version.version());
        if (version.how() instanceof InputVersion.How.Difference) {
          held.takeAll(history.rowsAt(next), members, next);
        } else {
          holdInput(held);
          history.load(version, INPUT);
          held.take(INPUT, moments.at(cut, true));
        }
      }
    }
  }

  private void holdInput(HeldEvents held) {
    if (!held.shows(input.position())) {
      held.hold(input.history().rowsAt(input.position()), input.position());
    }
  }

  /** Holds the input as it is, where its rows at the dimension's position are vacuumed. */
  private void holdSome(HeldEvents held) {
    try {
      holdInput(held);
    } catch (MillraceException e) {
      TableVersion newest = input.newestInPlaceOf(e);
      Position position = new Position(newest.tableId(), newest.version());
      held.hold(input.history().rowsAt(position), position);
    }
  }

  /** Whether all inputs are right through an order's cut. */
  private boolean isReached(FoldedCut order) {
    Optional<Followed> late =
        inputs().stream().filter(f -> f.through() < order.number()).findFirst();
    late.ifPresent(f -> table.progress().waiting("cut " + order.number() + " of " + f.name()));
    return late.isEmpty();
  }

  /**
   * Computes the dimension anew from its input's whole feed; the difference is one version. Once
   * more if the table's files were rearranged meanwhile.
   */
  private void rebuild(FoldedCut order) {
    Rebuilding rebuilding =
        new Rebuilding(
            shard, dimension, table, input, inferring, events, members, moments, erasures);
    Rebuilding.Contained last;
    try {
      last = rebuilding.run(order);
    } catch (MillraceException e) {
      if (!REFUSED.contains(e.errorCode())) {
        throw e;
      }
      table.refuse(order, e.getMessage());
      if (table.definitionChanged() && table.nextRebuild().isEmpty()) {
        throw e; // stopped, until another order says how to go on
      }
      return;
    }
    RowDiff.Changes changes =
        table
            .diff(List.of(dimension.surrogateKey()))
            .exactly()
            .into(shard.duck(), CHANGES, table.mirror().relation(), Rebuilding.SCRATCH);
    Map<TableName, Position> contained = new TreeMap<>(Map.of(input.name(), last.own()));
    for (int i = 0; i < last.keys().size(); i++) {
      contained.put(inferring.inputs().get(i).name(), last.keys().get(i));
    }
    if (table.commit(changes, watermark(order.number(), contained), table.definitionChanged())) {
      inputs().forEach(f -> f.jumped(contained.getOrDefault(f.name(), f.position())));
      if (events instanceof HeldEvents held) {
        held.committed(input.position());
      }
      table.reached(order.number());
      table.progress().stepped(true);
    }
  }

  /**
   * Erases rows at the order's cut, once all that the input brought before is contained.
   *
   * @return whether that is done or refused
   */
  private boolean erase(FoldedCut order) {
    if (plan(order.number() - 1) <= order.number()) {
      return false;
    }
    List<Long> erased = Rebuild.of(order).erase();
    if (isStillThere(erased)) {
      table.refuse(
          order,
          "%s nothing is erased from table %s by the order of cut %d: %s still holds the member, so the next change would bring it back. Delete it at the source, then order it again."
              .formatted(
                  DimensionError.DIM_011_MEMBER_STILL_THERE.code(),
                  table.name(),
                  order.number(),
                  dimension.input()));
      return true;
    }
    boolean committed = false;
    while (!committed) {
      erasures.plan(erased, table.mirror().relation());
      RowDiff.Changes changes =
          table
              .diff(List.of(dimension.surrogateKey()))
              .exactly()
              .into(
                  shard.duck(),
                  CHANGES,
                  table.mirror().relation(),
                  Erasures.WANTED,
                  new RowDiff.Scope(Erasures.KEYS, dimension.keys()));
      committed = table.commit(changes, watermark(order.number(), positions()), false);
    }
    table.progress().stepped(true);
    return true;
  }

  private boolean isStillThere(List<Long> erased) {
    String existing = table.mirror().relation();
    return switch (events) {
      case KeyedEvents _ -> erasures.isRefused(erased, existing);
      case HeldEvents held -> {
        holdSome(held);
        erasures.plan(erased, existing);
        yield held.holdsAny(Erasures.KEYS);
      }
    };
  }

  private Watermark watermark(long cut, Map<TableName, Position> contained) {
    Map<String, Long> versions = new TreeMap<>();
    Map<String, String> ids = new TreeMap<>();
    contained.forEach((name, position) -> {
      versions.put(name.toString(), position.version());
      ids.put(name.toString(), position.tableId());
    });
    return new Watermark(
        cut,
        versions,
        shard.around().topics().knownIds(List.of(shard.around().names().cuts())),
        ids,
        0,
        0,
        dimension.definition(),
        "");
  }

  @Override
  public void close() {
    // All it holds belongs to the shard.
  }
}
