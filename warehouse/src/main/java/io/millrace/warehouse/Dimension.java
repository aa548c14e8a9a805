package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.sql.SqlTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A dimension: the rows of one input, each under a surrogate key, with or without history.
 *
 * @param name dim.&lt;file name&gt;
 * @param schema surrogate key BIGINT, the SELECT's columns, then {@code valid_from}, {@code
 *     valid_to} (TIMESTAMPTZ) and {@code is_current} (BOOLEAN); the key is the surrogate key. The
 *     SELECT's columns are nullable, for the default members hold nothing in them
 * @param definition see {@link Table#definition}
 * @param file see {@link Table#file}
 * @param input the one table it is made from
 * @param keys natural key: names of output columns, in the order of KEYS
 * @param sequenceBy the output column (TIMESTAMP, TIMESTAMPTZ or DATE, read as UTC) that holds
 *     business time; else the cut's source commit time counts
 * @param scdType whether it keeps history
 * @param tracked output columns whose change makes a new version, in output order; for type 1 those
 *     whose change is a change at all
 * @param surrogateKey its column's name
 * @param onDelete what a deleted input row does
 * @param attributes the SELECT's columns with their stored types; its key is {@code keys}
 * @param template the SELECT, see {@link #select}
 */
public record Dimension(
    TableName name,
    RowSchema schema,
    String definition,
    Path file,
    TableName input,
    List<String> keys,
    Optional<String> sequenceBy,
    ScdType scdType,
    List<String> tracked,
    String surrogateKey,
    OnDelete onDelete,
    RowSchema attributes,
    SqlTemplate template)
    implements Table {
  /** Column where a version's validity begins, inclusive. */
  public static final String VALID_FROM = "valid_from";

  /** Column where a version's validity ends, exclusive. */
  public static final String VALID_TO = "valid_to";

  /** Column that is TRUE in a key's newest version, if the key is not deleted. */
  public static final String IS_CURRENT = "is_current";

  public Dimension {
    keys = List.copyOf(keys);
    tracked = List.copyOf(tracked);
  }

  /** How much history is kept. */
  public enum ScdType {
    /** None: attributes are overwritten. */
    TYPE_1,
    /** A row for each version of a natural key. */
    TYPE_2
  }

  /** What a deleted input row does. */
  public enum OnDelete {
    /** Its current version ends, no new one begins. */
    CLOSE
  }

  @Override
  public List<TableName> inputs() {
    return List.of(input);
  }

  /**
   * The SELECT over a relation, as DuckDB SQL for a session in time zone UTC; its output is {@link
   * #attributes}, in order and type, one row for each that passes WHERE.
   *
   * @param relation any text that may stand in FROM, with exactly the input's columns
   */
  public String select(String relation) {
    return template.render(ignored -> relation);
  }
}
