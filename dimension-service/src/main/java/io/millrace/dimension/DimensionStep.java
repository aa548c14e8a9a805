package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Lake;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.Watermark;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.shard.TableStep;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * One dimension brought to one version of its input: <em>plan -> read -> apply -> commit ->
 * publish</em>. A version of a dimension is the state of its input at a cut, so input versions are
 * taken one at a time, each at its own cut.
 */
final class DimensionStep implements TableStep {
  private static final Logger LOG = Logger.getLogger("millrace.dimension");
  private static final String CHANGES = "dimension_changes";
  private static final String INPUT = "dimension_input";

  private final Shard shard;
  private final Dimension dimension;
  private final WrittenTable table;
  private final FollowedTable input;
  private final InputHistory history;
  private final Events events;
  private final Members members;
  private final Moments moments;
  private final Erasures erasures;
  private final Deque<InputVersion> queue = new ArrayDeque<>();
  private Position position;

  private DimensionStep(Shard shard, Dimension dimension, WrittenTable table) {
    this.shard = shard;
    this.dimension = dimension;
    this.table = table;
    this.input =
        new FollowedTable(shard, shard.around().warehouse().table(dimension.input()).orElseThrow());
    this.history = new InputHistory(shard, dimension, input);
    this.events =
        switch (dimension.feed()) {
          case ROWS, REPLACED -> new KeyedEvents(shard.duck(), dimension);
          case HISTORY, SNAPSHOTS -> new HeldEvents(shard.duck(), dimension);
        };
    this.members = new Members(shard.duck(), dimension, events);
    this.moments = new Moments(shard, dimension);
    this.erasures = new Erasures(shard, dimension);
    this.position = startPosition();
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

  /**
   * All input versions up to the cut that was announced are contained, also those that changed
   * nothing.
   */
  private Position startPosition() {
    Watermark watermark = table.delta().watermark();
    String name = dimension.input().toString();
    Position stored =
        new Position(
            watermark.tableIds().getOrDefault(name, ""),
            watermark.inputs().getOrDefault(name, -1L));
    return input
        .newestAt(table.through())
        .filter(v -> v.version() > stored.version())
        .filter(v -> stored.tableId().isEmpty() || stored.tableId().equals(v.tableId()))
        .map(v -> new Position(v.tableId(), v.version()))
        .orElse(stored);
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
    if (queue.isEmpty() && !plan(until)) {
      return false;
    }
    take(queue.getFirst());
    return true;
  }

  /** Whether an order is done with; if not, the input has to be followed to its cut first. */
  private boolean carriedOut(FoldedCut order) {
    if (input.through() < order.number()) {
      table.progress().waiting("cut " + order.number() + " of " + dimension.input());
      return false;
    }
    if (Rebuild.of(order).isErasure()) {
      return erase(order);
    }
    rebuild(order);
    return true;
  }

  /**
   * Queues the next input versions, of which some may not be announced to this follower. Without
   * any, the table is where its input is.
   *
   * @param until the newest cut that the table may reach without an order being passed over
   * @return whether there is one
   */
  private boolean plan(long until) {
    PublishedLog.Ahead ahead = input.ahead(position);
    if (ahead.next().isEmpty()) {
      table.reached(Math.min(ahead.through(), until));
      table
          .progress()
          .waiting(table.through() < 0 ? "the first cut of " + dimension.input() : null);
      return false;
    }
    if (ahead.next().get().cut() > until) {
      return false;
    }
    queue.addAll(history.upTo(ahead.next().get(), position));
    return true;
  }

  private void take(InputVersion planned) {
    InputVersion version = planned;
    long before = table.delta().version();
    boolean committed = false;
    while (!committed) {
      version = load(version);
      members.apply(table.mirror().relation());
      KeyCollisions.refuse(shard.duck(), dimension, table.mirror().relation());
      RowDiff.Changes changes =
          table
              .diff(List.of(dimension.surrogateKey()))
              .into(
                  shard.duck(),
                  CHANGES,
                  table.mirror().relation(),
                  Members.WANTED,
                  new RowDiff.Scope(InputRows.KEYS, dimension.keys()));
      committed = table.commit(changes, watermark(version.cut(), version), false);
    }
    position = new Position(version.tableId(), version.version());
    if (events instanceof HeldEvents held) {
      held.committed(position);
    }
    version
        .topicEnd()
        .ifPresent(end -> table.readTo(shard.around().names().table(dimension.input()), end));
    queue.removeFirst();
    table.progress().stepped(table.delta().version() != before);
  }

  /**
   * Loads the changes of a version; when vacuum has taken them, the difference to the input's
   * newest rows in their place.
   *
   * @return what was loaded, which is the first in the queue
   */
  private InputVersion load(InputVersion version) {
    try {
      read(version);
      return version;
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
        throw e;
      }
      InputVersion newest =
          history.difference(version.version(), input.newestAt(Long.MAX_VALUE).orElseThrow());
      queue.clear();
      queue.addFirst(newest);
      read(newest);
      return newest;
    }
  }

  private void read(InputVersion version) {
    String members = table.mirror().relation();
    switch (events) {
      case KeyedEvents keyed -> {
        history.load(version, members, INPUT);
        keyed.take(
            INPUT, moments.at(version.cut(), hasMembers(members)), history.broughtBy(version));
        EmptySnapshots.refuse(shard.duck(), dimension, members);
      }
      case HeldEvents held -> {
        Position next = new Position(version.tableId(), version.version());
        if (version.how() instanceof InputVersion.How.Difference) {
          held.takeAll(history.rowsAt(next), members, next);
        } else {
          if (!held.shows(position)) {
            held.hold(history.rowsAt(position), position);
          }
          history.load(version, members, INPUT);
          held.take(INPUT, moments.at(version.cut(), true));
        }
      }
    }
  }

  private boolean hasMembers(String relation) {
    return Sql.number(
            shard.duck(),
            "SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s > 0 LIMIT 1)"
                .formatted(relation, Sql.name(dimension.surrogateKey())))
        > 0;
  }

  /**
   * Computes the dimension anew from its input's whole feed; the difference is one version. Once
   * more if the table's files were rearranged meanwhile.
   */
  private void rebuild(FoldedCut order) {
    Rebuilding rebuilding =
        new Rebuilding(shard, dimension, table, history, events, members, moments, erasures);
    InputVersion last;
    try {
      last = rebuilding.run(order);
    } catch (MillraceException e) {
      boolean notHeld =
          e.errorCode() == DimensionError.DIM_003_HISTORY_NOT_HELD
              || e.errorCode() == DimensionError.DIM_010_REWIND_NOT_HELD;
      if (!notHeld || table.definitionChanged()) {
        throw e;
      }
      table.refuse(order);
      LOG.error(e.getMessage());
      return;
    }
    RowDiff.Changes changes =
        table
            .diff(List.of(dimension.surrogateKey()))
            .into(shard.duck(), CHANGES, table.mirror().relation(), Rebuilding.SCRATCH);
    if (table.commit(changes, watermark(order.number(), last), table.definitionChanged())) {
      position = new Position(last.tableId(), last.version());
      if (events instanceof HeldEvents held) {
        held.committed(position);
      }
      queue.clear();
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
    long next =
        queue.isEmpty()
            ? input.ahead(position).next().map(TableVersion::cut).orElse(Long.MAX_VALUE)
            : queue.getFirst().cut();
    if (next <= order.number()) {
      return false;
    }
    List<Long> erased = Rebuild.of(order).erase();
    if (events instanceof HeldEvents || erasures.isStillThere(erased, table.mirror().relation())) {
      table.refuse(order);
      LOG.errorf(
          "%s nothing is erased from table %s by the order of cut %d: %s still holds the member, so"
              + " the next change would bring it back. Delete it at the source, then order it"
              + " again.",
          DimensionError.DIM_011_MEMBER_STILL_THERE.code(),
          table.name(),
          order.number(),
          dimension.input());
      return true;
    }
    boolean committed = false;
    while (!committed) {
      erasures.plan(erased, table.mirror().relation());
      RowDiff.Changes changes =
          table
              .diff(List.of(dimension.surrogateKey()))
              .into(
                  shard.duck(),
                  CHANGES,
                  table.mirror().relation(),
                  Erasures.WANTED,
                  new RowDiff.Scope(Erasures.KEYS, dimension.keys()));
      committed = table.commit(changes, watermark(order.number(), position), false);
    }
    table.progress().stepped(true);
    return true;
  }

  private Watermark watermark(long cut, InputVersion version) {
    return watermark(cut, new Position(version.tableId(), version.version()));
  }

  private Watermark watermark(long cut, Position contained) {
    String name = dimension.input().toString();
    return new Watermark(
        cut,
        Map.of(name, contained.version()),
        shard.around().topics().knownIds(List.of(shard.around().names().cuts())),
        Map.of(name, contained.tableId()),
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
