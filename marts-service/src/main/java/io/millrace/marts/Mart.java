package io.millrace.marts;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.TableName;
import io.millrace.lake.RowDiff;
import io.millrace.marts.control.Alterations;
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
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Block;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Reason;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A dynamic table as the rounds see it. Used by the shard's loop alone. */
final class Mart implements Planned {
  private final Shard shard;
  private final WrittenTable table;
  private final Set<String> sources;
  private DynamicTable definition;
  private Refresh refresh;
  private long period;
  private boolean awaitsOrder;

  private Mart(Shard shard, DynamicTable definition) {
    this.shard = shard;
    this.definition = definition;
    this.table = WrittenTable.open(shard, definition, Optional.empty());
    this.refresh = refresh(shard, definition, table);
    this.sources = Lineage.sources(shard.around().warehouse(), definition.name());
    this.period = period(shard.around().warehouse(), definition);
  }

  /** Opens it as the folder says it. */
  static Mart open(Shard shard, DynamicTable definition) {
    return new Mart(shard, definition);
  }

  /** P of a table, in seconds. */
  static long period(Warehouse warehouse, DynamicTable definition) {
    return TargetLag.period(Lineage.effectiveLag(warehouse, definition)).toSeconds();
  }

  /**
   * It is kept from now on as this warehouse says it, which differs in properties of dynamic tables
   * alone. State is left behind only where the refresh mode becomes FULL or is it no more.
   */
  void alter(Warehouse altered) {
    DynamicTable before = definition;
    definition = (DynamicTable) altered.table(name()).orElseThrow();
    period = period(altered, definition);
    table.progress().promises(Lineage.effectiveLag(altered, definition));
    if ((before.refreshMode() == RefreshMode.FULL)
        == (definition.refreshMode() == RefreshMode.FULL)) {
      refresh.alter(definition);
    } else {
      refresh.drop();
      refresh = refresh(shard, definition, table);
    }
  }

  /** Numbers may differ by a trifle only where a query computes them otherwise each time. */
  private static RowDiff diff(DynamicTable definition, WrittenTable table) {
    RowDiff diff = table.diff(definition.schema().key());
    return definition.repeatsExactly() ? diff.exactly() : diff;
  }

  private static Refresh refresh(Shard shard, DynamicTable definition, WrittenTable table) {
    Target target =
        new Target(definition, () -> table.mirror().relation(), () -> diff(definition, table));
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
  public DynamicTable definition() {
    return definition;
  }

  @Override
  public Set<String> sources() {
    return sources;
  }

  @Override
  public long period() {
    return period;
  }

  /** Its rows. */
  WrittenTable table() {
    return table;
  }

  /** How it is brought to a cut. */
  Refresh refresh() {
    return refresh;
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
  public boolean definitionChanged() {
    return table.definitionChanged();
  }

  @Override
  public String writtenDefinition() {
    return table.delta().watermark().definition();
  }

  @Override
  public boolean mayStep() {
    return !awaitsOrder && table.progress().mayStep();
  }

  @Override
  public void awaitsOrder(boolean awaits) {
    awaitsOrder = awaits;
  }

  @Override
  public boolean needsLaterCut() {
    return table.progress().needsLaterCut();
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
      Alterations alterations, TableName name, boolean suspended) {
    Warehouse warehouse = alterations.warehouse();
    DynamicTable definition = (DynamicTable) warehouse.table(name).orElseThrow();
    return new MartsBoard.Description(
        name.toString(),
        Lineage.effectiveLag(warehouse, definition).toMillis(),
        definition.refreshMode().name(),
        definition.inputs().stream().map(TableName::toString).toList(),
        definition.schema().key(),
        Block.lines(definition.algebra()),
        suspended,
        definition.comment().orElse(null),
        alterations.of(name),
        null);
  }
}
