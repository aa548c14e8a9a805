package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.sql.SqlTemplate;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A raw resource, cleaned row by row.
 *
 * @param name staging.&lt;file name&gt;
 * @param schema its columns; the key is that of KEYS, of a history the column of positions, and
 *     empty where rows are appended
 * @param definition see {@link Table#definition}
 * @param partitionBy see {@link Table#partitionBy}
 * @param file see {@link Table#file}
 * @param source name of the source
 * @param resource name of the raw resource in it
 * @param rows what its rows are
 * @param rawSchema the raw columns and key that the SELECT was bound to
 * @param usedColumns names of the raw columns that the SELECT reads, in raw order, key columns
 *     always among them
 * @param keyColumns staged key column -> raw key column, in the order of KEYS; empty without KEYS
 * @param template the SELECT, see {@link #select}
 * @param refusing see {@link #refused}
 */
public record StagingTable(
    TableName name,
    RowSchema schema,
    String definition,
    List<String> partitionBy,
    Path file,
    String source,
    String resource,
    Rows rows,
    RowSchema rawSchema,
    List<String> usedColumns,
    SequencedMap<String, String> keyColumns,
    SqlTemplate template,
    Optional<SqlTemplate> refusing)
    implements Table {

  /** What the rows of a staging table are. */
  public enum Rows {
    /** One for each key of the source: the SELECT of its latest image. */
    LATEST,
    /** One for each row that came into the source, which never changes one. */
    APPENDED,
    /** One for each change of the source, deletes and emptyings included. */
    HISTORY
  }

  public StagingTable {
    partitionBy = List.copyOf(partitionBy);
    usedColumns = List.copyOf(usedColumns);
    keyColumns = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(keyColumns));
  }

  @Override
  public List<TableName> inputs() {
    return List.of();
  }

  /**
   * The SELECT over a relation, as DuckDB SQL for a session in time zone UTC; its output is {@link
   * #schema}, in order and type.
   *
   * @param relation any text that may stand in FROM. It must offer {@link #usedColumns}, in order,
   *     then the four {@link PseudoColumns}, and no others, for {@code *} takes them
   */
  public String select(String relation) {
    return template.render(input -> relation);
  }

  /**
   * SELECT of the {@code _position} of the rows whose values {@link #select} cannot take, all in
   * one pass; it fails where the SELECT's WHERE does. Empty where it cannot be made of the
   * statement.
   *
   * @param relation as for {@link #select}
   */
  public Optional<String> refused(String relation) {
    return refusing.map(template -> template.render(input -> relation));
  }
}
