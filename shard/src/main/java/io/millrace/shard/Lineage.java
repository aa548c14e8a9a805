package io.millrace.shard;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.Calendar;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.TargetLag;
import io.millrace.warehouse.Warehouse;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/** What follows from the graph of tables. */
public final class Lineage {
  /** The lag of a table that nobody needs: never refreshed by itself. */
  public static final Duration NEVER = Duration.ofDays(36_500);

  private Lineage() {}

  /** Names of the sources that a table is made from, directly or not. */
  public static Set<String> sources(Warehouse warehouse, TableName name) {
    Set<String> sources = new TreeSet<>();
    switch (warehouse.table(name).orElseThrow()) {
      case StagingTable staging -> sources.add(staging.source());
      case Dimension dimension -> sources.addAll(sources(warehouse, dimension.input()));
      case Calendar _ -> {
        // It is made from its statement.
      }
      case DynamicTable dynamic ->
          dynamic.inputs().forEach(input -> sources.addAll(sources(warehouse, input)));
    }
    return sources;
  }

  /**
   * The lag that a table must keep: its own; with 'downstream' the least of the tables that read
   * it, {@link #NEVER} without any; with 'upstream' that of the fastest dynamic table it reads.
   * Staging tables and dimensions have the warehouse's default.
   */
  public static Duration effectiveLag(Warehouse warehouse, Table table) {
    TargetLag lag =
        table instanceof DynamicTable dynamic
            ? dynamic.targetLag()
            : warehouse.settings().targetLag();
    return switch (lag) {
      case TargetLag.Within within -> within.lag();
      case TargetLag.Downstream _ ->
          warehouse.readersOf(table.name()).stream()
              .filter(DynamicTable.class::isInstance)
              .map(DynamicTable.class::cast)
              .filter(reader -> !(reader.targetLag() instanceof TargetLag.Upstream))
              .map(reader -> effectiveLag(warehouse, reader))
              .min(Comparator.naturalOrder())
              .orElse(NEVER);
      case TargetLag.Upstream _ ->
          table.inputs().stream()
              .map(input -> warehouse.table(input).orElseThrow())
              .filter(DynamicTable.class::isInstance)
              .map(DynamicTable.class::cast)
              .filter(input -> !(input.targetLag() instanceof TargetLag.Downstream))
              .map(input -> effectiveLag(warehouse, input))
              .min(Comparator.naturalOrder())
              .orElse(Duration.ofSeconds(2));
    };
  }
}
