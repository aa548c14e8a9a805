package io.millrace.contracts.row;

import java.util.List;
import java.util.Optional;

/**
 * The columns of a table or of a raw resource, in order, and its key.
 *
 * @param columns all columns, key columns among them
 * @param key names of the key's columns, in key order; empty for a bag of rows
 */
public record RowSchema(List<Column> columns, List<String> key) {

  public RowSchema {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
  }

  /** The column of that name, compared without case. */
  public Optional<Column> column(String name) {
    return columns.stream().filter(c -> c.name().equalsIgnoreCase(name)).findFirst();
  }

  /** Names of all columns, in order. */
  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  /** The key's columns alone, as a schema without a key of its own. */
  public RowSchema keyOnly() {
    return new RowSchema(key.stream().map(k -> column(k).orElseThrow()).toList(), List.of());
  }
}
