package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.RowDiff;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What operators order of a dimension, each carried out at its cut or refused. */
final class Orders {
  private static final String CHANGES = "dimension_changes";

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
  private final Inputs inputs;
  private final Followed input;
  private final Inferring inferring;
  private final Events events;
  private final Members members;
  private final Moments moments;
  private final Erasures erasures;

  Orders(
      Shard shard,
      Dimension dimension,
      WrittenTable table,
      Inputs inputs,
      Followed input,
      Inferring inferring,
      Events events,
      Members members,
      Moments moments,
      Erasures erasures) {
    this.shard = shard;
    this.dimension = dimension;
    this.table = table;
    this.inputs = inputs;
    this.input = input;
    this.inferring = inferring;
    this.events = events;
    this.members = members;
    this.moments = moments;
    this.erasures = erasures;
  }

  /** Whether an order is done with; if not, the inputs have to be followed to its cut first. */
  boolean carriedOut(FoldedCut order) {
    if (!isReached(order)) {
      return false;
    }
    if (Rebuild.of(order).isErasure()) {
      return erase(order);
    }
    rebuild(order);
    return true;
  }

  /** Whether all inputs are right through an order's cut. */
  private boolean isReached(FoldedCut order) {
    Optional<Followed> late =
        inputs.all().stream().filter(f -> f.through() < order.number()).findFirst();
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
    if (table.commit(
        changes, inputs.watermark(order.number(), contained), table.definitionChanged())) {
      inputs.all().forEach(f -> f.jumped(contained.getOrDefault(f.name(), f.position())));
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
    if (inputs.plan(order.number() - 1) <= order.number()) {
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
      committed =
          table.commit(changes, inputs.watermark(order.number(), inputs.positions()), false);
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

  /** Holds the input as it is, where its rows at the dimension's position are vacuumed. */
  private void holdSome(HeldEvents held) {
    try {
      held.hold(input);
    } catch (MillraceException e) {
      TableVersion newest = input.newestInPlaceOf(e);
      Position position = new Position(newest.tableId(), newest.version());
      held.hold(input.history().rowsAt(position), position);
    }
  }
}
