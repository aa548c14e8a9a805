package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.source.Source;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A valid warehouse folder. Immutable; safe for all threads.
 *
 * @param folder where it was read from
 * @param name from {@code warehouse.yml}
 * @param settings the rest of that file
 * @param sources by name
 * @param tables inputs before those that read them, ties by name
 */
public record Warehouse(
    Path folder, String name, Settings settings, List<Source> sources, List<Table> tables) {

  public Warehouse {
    sources = List.copyOf(sources);
    tables = List.copyOf(tables);
  }

  /** The source of that name. */
  public Optional<Source> source(String sourceName) {
    return sources.stream().filter(s -> s.name().equals(sourceName)).findFirst();
  }

  /** The table of that name. */
  public Optional<Table> table(TableName tableName) {
    return tables.stream().filter(t -> t.name().equals(tableName)).findFirst();
  }

  /** All staging tables, in the order of {@link #tables}. */
  public List<StagingTable> stagingTables() {
    return of(StagingTable.class);
  }

  /** All dimensions, in the order of {@link #tables}. */
  public List<Dimension> dimensions() {
    return of(Dimension.class);
  }

  /** All dynamic tables, in the order of {@link #tables}. */
  public List<DynamicTable> dynamicTables() {
    return of(DynamicTable.class);
  }

  /** The tables that read that one directly, in the order of {@link #tables}. */
  public List<Table> readersOf(TableName tableName) {
    return tables.stream().filter(t -> t.inputs().contains(tableName)).toList();
  }

  /** The same, with these in place of the dynamic tables of their names. */
  public Warehouse with(Collection<DynamicTable> altered) {
    Map<TableName, DynamicTable> byName =
        altered.stream().collect(Collectors.toMap(DynamicTable::name, t -> t));
    return new Warehouse(
        folder,
        name,
        settings,
        sources,
        tables.stream().map(t -> byName.containsKey(t.name()) ? byName.get(t.name()) : t).toList());
  }

  private <T extends Table> List<T> of(Class<T> kind) {
    return tables.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
