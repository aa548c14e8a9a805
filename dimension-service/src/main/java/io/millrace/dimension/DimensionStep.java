package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.lake.Lake;
import io.millrace.lake.RowDiff;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Shard;
import io.millrace.shard.TableStep;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.List;
import java.util.Optional;

/**
 * One dimension brought to one version of its input: <em>plan -> read -> apply -> commit ->
 * publish</em>. A version of a dimension is the state of its input at a cut, so input versions are
 * taken one at a time, each at its own cut; where members are inferred, together with the versions
 * of that cut that bring their keys.
 */
final class DimensionStep implements TableStep {
  private static final String CHANGES = "dimension_changes";
  private static final String INPUT = "dimension_input";

  private final Shard shard;
  private final Dimension dimension;
  private final WrittenTable table;
  private final Followed input;
  private final Inferring inferring;
  private final Events events;
  private final Members members;
  private final Moments moments;
  private final Inputs inputs;
  private final Orders orders;

  private DimensionStep(Shard shard, Dimension dimension, WrittenTable table) {
    this.shard = shard;
    this.dimension = dimension;
    this.table = table;
    this.input = new Followed(shard, dimension, dimension.input(), table);
    Erasures erasures = new Erasures(shard, dimension);
    this.inferring = new Inferring(shard, dimension, table, erasures);
    this.events =
        switch (dimension.feed()) {
          case ROWS, REPLACED -> new KeyedEvents(shard.duck(), dimension);
          case HISTORY, SNAPSHOTS -> new HeldEvents(shard.duck(), dimension);
        };
    this.members = new Members(shard.duck(), dimension, events);
    this.moments = new Moments(shard, dimension);
    this.inputs = new Inputs(shard, dimension, table, input, inferring);
    this.orders =
        new Orders(
            shard, dimension, table, inputs, input, inferring, events, members, moments, erasures);
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
    if (order.isPresent() && orders.carriedOut(order.get())) {
      return true;
    }
    if (changed) {
      return false; // the changed statement counts from the order's cut on
    }
    long until = order.map(cut -> cut.number() - 1).orElse(known);
    long cut = inputs.plan(until);
    if (cut > until) {
      return false;
    }
    take(cut);
    return true;
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
      committed = table.commit(changes, inputs.watermark(cut, inputs.taken(cut)), false);
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
    if (events instanceof HeldEvents held && !input.readContained(cut, () -> held.hold(input))) {
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
          held.hold(input);
          history.load(version, INPUT);
          held.take(INPUT, moments.at(cut, true));
        }
      }
    }
  }

  @Override
  public void close() {
    // All it holds belongs to the shard.
  }
}
