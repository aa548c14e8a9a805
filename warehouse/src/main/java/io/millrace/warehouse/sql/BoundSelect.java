package io.millrace.warehouse.sql;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.warehouse.algebra.Algebra;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A SELECT that was bound and found good.
 *
 * @param columns its output with stored types, in order
 * @param template itself, with places for its inputs and the present; casts to the stored types
 *     included
 * @param canonical its normalised text as the user meant it, before any rewrite
 * @param usesNow whether it asks for the time
 * @param lookups its lookups in the order of the text
 * @param inferredKey output columns that identify a row, as far as the SELECT shows; may be empty
 * @param plain of a SELECT over one table: output column in lower case -> the input column that it
 *     is, unchanged
 * @param read of a SELECT over one table: the input columns it reads, in lower case, those that
 *     {@code *} leaves out among them
 * @param algebra its operators, casts to the stored types included; unknown outside dynamic tables
 * @param refusing of a staging table's: SELECT of the {@code _position} of the rows that it cannot
 *     take; empty where they cannot be told in one pass
 */
public record BoundSelect(
    List<Column> columns,
    SqlTemplate template,
    String canonical,
    boolean usesNow,
    List<BoundLookup> lookups,
    List<String> inferredKey,
    Map<String, String> plain,
    Set<String> read,
    Algebra algebra,
    Optional<SqlTemplate> refusing) {

  /**
   * A lookup of a dimension.
   *
   * @param column the output column that it is, if it is one by itself
   */
  public record BoundLookup(
      TableName dimension,
      boolean asOf,
      boolean durable,
      Optional<String> column,
      LookupPolicy policy) {}

  public BoundSelect {
    columns = List.copyOf(columns);
    lookups = List.copyOf(lookups);
    inferredKey = List.copyOf(inferredKey);
    plain = Map.copyOf(plain);
    read = Set.copyOf(read);
  }

  /** Names of the output columns, in order. */
  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }
}
