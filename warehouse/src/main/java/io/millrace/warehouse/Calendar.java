package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.sql.SqlTemplate;
import java.nio.file.Path;
import java.util.List;

/**
 * A calendar: a dimension with a row for each day, made from its statement alone. Its surrogate key
 * is the day as a number, yyyymmdd.
 *
 * @param name dim.&lt;file name&gt;
 * @param schema the surrogate key {@link #DATE_KEY}, the natural key {@link #DATE}, what is to be
 *     said of a day, then {@code valid_from}, {@code valid_to} and {@code is_current} as in every
 *     dimension, so that it can be looked up
 * @param definition see {@link Table#definition}
 * @param file see {@link Table#file}
 * @param template see {@link #select}
 */
public record Calendar(
    TableName name, RowSchema schema, String definition, Path file, SqlTemplate template)
    implements Table {
  /** Column of the surrogate key, BIGINT. */
  public static final String DATE_KEY = "date_key";

  /** Column of the day, DATE. */
  public static final String DATE = "date";

  @Override
  public List<TableName> inputs() {
    return List.of();
  }

  @Override
  public List<String> partitionBy() {
    return List.of();
  }

  /** The rows of all days, as DuckDB SQL; default members are not among them. */
  public String select() {
    return template.render(ignored -> "");
  }
}
