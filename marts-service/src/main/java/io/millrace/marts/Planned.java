package io.millrace.marts;

import io.millrace.contracts.TableName;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.DynamicTable;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;

/** A dynamic table as {@link Plan} and {@link Inputs} see it. */
interface Planned {
  /** Its statement. */
  DynamicTable definition();

  /** The sources that it is made from. */
  Set<String> sources();

  /** P, in seconds. */
  long period();

  /** The cut that it is right through, -1 before its first rows. */
  long through();

  /** The cuts, from one on, at which it was right. */
  NavigableSet<Long> rightFrom(long cut);

  /** The version that its rows are at. */
  Position shown();

  /** The next cut above {@link #through} at which it was ordered to be rebuilt. */
  OptionalLong nextRebuild();

  /** Whether its rows are of another statement. */
  boolean definitionChanged();

  /** The statement that its rows are of, as {@link DynamicTable#definition} tells it. */
  String writtenDefinition();

  /** Whether it may step now: no error stops it or makes it wait. */
  boolean mayStep();

  /** Whether it may not step for now, because its rebuild has to be ordered before. */
  void awaitsOrder(boolean awaits);

  /** Whether its last try failed for its cut: a later one may have what this one has not. */
  boolean needsLaterCut();

  /** It may go on: what stopped it may be gone. */
  void cleared();

  /** It has nothing to do but wait. */
  void waiting(String what);

  default TableName name() {
    return definition().name();
  }

  default List<TableName> inputs() {
    return definition().inputs();
  }
}
