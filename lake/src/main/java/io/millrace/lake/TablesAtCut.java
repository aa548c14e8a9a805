package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Tables of a lake as they were at one cut: views of their own names in DuckDB, so that a SELECT
 * over them reads what fits together. It is the caller's to know that their services had come
 * through the cut ({@link ShardPositions}). For one connection.
 */
public final class TablesAtCut {
  private final Connection duck;
  private final long cut;

  /**
   * @param duck where the views are made; it reads the lake's files, so an instance with bounds
   *     must be allowed to
   */
  public TablesAtCut(Connection duck, long cut) {
    this.duck = duck;
    this.cut = cut;
  }

  /**
   * Makes the views, each {@code schema.table}.
   *
   * @throws MillraceException LK-011 when a table began later or its log no longer reaches back
   */
  public void add(Lake lake, Collection<TableName> tables) {
    tables.forEach(name -> add(lake.open(name), _ -> List.of()));
  }

  /**
   * Makes the view of one table.
   *
   * @param conditions those that rows have to meet, by the columns of then
   */
  public void add(DeltaTable table, Function<RowSchema, List<Condition>> conditions) {
    TableHistory history = table.history();
    long version =
        history
            .versionAt(cut)
            .orElseThrow(() ->
                new MillraceException(
                    LakeError.LK_011_HISTORY_GONE,
                    Text.of("table %s began after cut %d.", table.name(), cut)));
    TableName name = table.name();
    String view = name.toString();
    var _ = history.createView(duck, version, view, conditions.apply(history.schemaAt(version)));
    Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS " + Sql.name(name.schema()));
    Sql.run(
        duck,
        Text.of(
            "CREATE OR REPLACE VIEW %s.%s AS FROM temp.main.%s",
            Sql.name(name.schema()), Sql.name(name.name()), Sql.name(view)));
  }

  /**
   * Runs a SELECT over the views and hands its rows over as Arrow batches, as they come.
   *
   * @param batchRows at most about so many rows each
   * @throws MillraceException LK-004 when DuckDB refuses it
   */
  public void read(String select, BufferAllocator allocator, long batchRows, Sql.Batches batches) {
    Sql.batches(duck, select, allocator, batchRows, batches);
  }
}
