package io.millrace.marts;

import io.millrace.contracts.TableName;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Warehouse;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** A dynamic table of a test, which says how far it is and what happens to it; rounds of 4 s. */
final class KnownTable implements Planned {
  private final DynamicTable definition;
  final NavigableSet<Long> rounds = new TreeSet<>();
  long through = -1;
  long version;
  long period = 4;
  OptionalLong rebuild = OptionalLong.empty();
  String written;
  boolean waits;
  boolean cutAtFault;
  String waitsFor = "";

  KnownTable(Warehouse warehouse, String name) {
    this.definition = (DynamicTable) warehouse.table(TableName.parse(name)).orElseThrow();
    this.written = definition.definition();
  }

  @Override
  public DynamicTable definition() {
    return definition;
  }

  @Override
  public Set<String> sources() {
    return Set.of("s");
  }

  @Override
  public long period() {
    return period;
  }

  @Override
  public long through() {
    return through;
  }

  @Override
  public NavigableSet<Long> rightFrom(long cut) {
    NavigableSet<Long> right = new TreeSet<>(rounds.tailSet(cut, true));
    if (through >= cut) {
      right.add(through);
    }
    return right;
  }

  @Override
  public Position shown() {
    return new Position(name().toString(), version);
  }

  @Override
  public OptionalLong nextRebuild() {
    return rebuild;
  }

  @Override
  public boolean definitionChanged() {
    return !written.equals(definition.definition());
  }

  @Override
  public String writtenDefinition() {
    return written;
  }

  @Override
  public boolean mayStep() {
    return !waits;
  }

  @Override
  public void awaitsOrder(boolean awaits) {
    waits = awaits;
  }

  @Override
  public boolean needsLaterCut() {
    return cutAtFault;
  }

  @Override
  public void cleared() {
    waits = false;
    cutAtFault = false;
  }

  @Override
  public void waiting(String what) {
    waitsFor = what;
  }
}
