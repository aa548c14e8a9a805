package io.millrace.marts;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.TableName;
import io.millrace.marts.control.MartsBoard;
import io.millrace.marts.refresh.Choice;
import io.millrace.marts.refresh.FullRefresh;
import io.millrace.marts.refresh.IncrementalRefresh;
import io.millrace.marts.refresh.Refresh;
import io.millrace.marts.refresh.Target;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Lineage;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.DynamicTable.RefreshMode;
import io.millrace.warehouse.TargetLag;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Block;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Reason;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A dynamic table as the rounds see it.
 *
 * @param definition its statement
 * @param table its rows
 * @param refresh how it is brought to a cut
 * @param sources the sources that it is made from
 * @param period P, in seconds
 */
record Mart(
    DynamicTable definition, WrittenTable table, Refresh refresh, Set<String> sources, long period)
    implements Planned {

  static Mart open(Shard shard, DynamicTable definition) {
    WrittenTable table = WrittenTable.open(shard, definition, Optional.empty());
    return new Mart(
        definition,
        table,
        refresh(shard, definition, table),
        Lineage.sources(shard.around().warehouse(), definition.name()),
        period(shard, definition));
  }

  /** P of a table, in seconds. */
  static long period(Shard shard, DynamicTable definition) {
    return TargetLag.period(Lineage.effectiveLag(shard.around().warehouse(), definition))
        .toSeconds();
  }

  private static Refresh refresh(Shard shard, DynamicTable definition, WrittenTable table) {
    Target target =
        new Target(
            definition,
            () -> table.mirror().relation(),
            () -> table.diff(definition.schema().key()));
    if (definition.refreshMode() == RefreshMode.FULL) {
      return new FullRefresh(shard.duck(), target, Choice.REFRESH_MODE.name());
    }
    return switch (definition.algebra()) {
      case Algebra.Known(Node root) -> new IncrementalRefresh(shard.duck(), target, root);
      case Algebra.Unknown(Reason reason, String _) ->
          new FullRefresh(shard.duck(), target, reason.name());
    };
  }

  @Override
  public long through() {
    return table.through();
  }

  @Override
  public NavigableSet<Long> rightFrom(long cut) {
    return table.rightFrom(cut);
  }

  @Override
  public Position shown() {
    return new Position(table.delta().id(), table.delta().version());
  }

  @Override
  public OptionalLong nextRebuild() {
    return table.nextRebuild().stream().mapToLong(FoldedCut::number).findFirst();
  }

  @Override
  public boolean mayStep() {
    return table.progress().mayStep();
  }

  @Override
  public void cleared() {
    table.progress().cleared();
  }

  @Override
  public void waiting(String what) {
    table.progress().waiting(what);
  }

  /** A table as REST shows it, whichever instance keeps it. */
  static MartsBoard.Description description(
      Shard shard, DynamicTable definition, boolean suspended) {
    return new MartsBoard.Description(
        definition.name().toString(),
        Lineage.effectiveLag(shard.around().warehouse(), definition).toMillis(),
        definition.refreshMode().name(),
        definition.inputs().stream().map(TableName::toString).toList(),
        definition.schema().key(),
        Block.lines(definition.algebra()),
        suspended,
        definition.comment().orElse(null),
        null);
  }
}
