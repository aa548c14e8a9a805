package io.millrace.system.line;

import io.millrace.contracts.TableName;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/** Two lakes that were written from one cut log. One thread. */
final class TwoLakes implements AutoCloseable {
  private final Lake one;
  private final Lake other;
  private final DuckDb duckDb;
  private final Connection duck;

  TwoLakes(Path one, Path other, Path spill) {
    this.one = new Lake(one);
    this.other = new Lake(other);
    this.duckDb = DuckDb.inMemory(spill, DuckDb.Limits.small());
    this.duck = duckDb.connect();
  }

  /** The names of the tables of the first. */
  List<TableName> tables() {
    return one.tables().stream().filter(name -> !name.name().startsWith("_")).toList();
  }

  /** The cuts that versions of the table show in both. */
  SortedSet<Long> sharedCuts(TableName name) {
    SortedSet<Long> cuts = cuts(one.open(name));
    cuts.retainAll(cuts(other.open(name)));
    return cuts;
  }

  /** The cuts that versions of the table show in either. */
  SortedSet<Long> allCuts(TableName name) {
    SortedSet<Long> cuts = cuts(one.open(name));
    cuts.addAll(cuts(other.open(name)));
    return cuts;
  }

  private static SortedSet<Long> cuts(DeltaTable table) {
    SortedSet<Long> cuts = new TreeSet<>();
    for (long version = 0; version <= table.version(); version++) {
      cuts.add(table.history().watermarkAt(version).cut());
    }
    return cuts;
  }

  /** How the table differs at a cut, in words; empty if it does not. */
  String difference(TableName name, long cut) {
    String left = view(one.open(name), cut, "one");
    String right = view(other.open(name), cut, "other");
    long missing = without(left, right);
    long tooMany = without(right, left);
    return missing + tooMany == 0
        ? ""
        : "%s at cut %d: %d rows missing, %d rows too many".formatted(name, cut, missing, tooMany);
  }

  private String view(DeltaTable table, long cut, String view) {
    OptionalLong version = table.history().versionAt(cut);
    var _ = table.history().createView(duck, version.orElseThrow(), view);
    return view;
  }

  private long without(String left, String right) {
    return Sql.number(
        duck, "SELECT count(*) FROM (FROM %s EXCEPT ALL FROM %s)".formatted(left, right));
  }

  @Override
  public void close() throws SQLException {
    duck.close();
    duckDb.close();
    one.close();
    other.close();
  }
}
