package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Repeats;
import io.millrace.warehouse.sql.LookupPolicy;
import io.millrace.warehouse.sql.SqlTemplate;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table that always equals its query, within its target lag: facts and marts.
 *
 * @param name marts.&lt;file name&gt;
 * @param schema the query's columns with their stored types; the key is the declared one, else the
 *     GROUP BY columns, else that of the row-preserving input, else empty: a bag
 * @param inputs see {@link Table#inputs}; dimensions of lookups among them
 * @param definition see {@link Table#definition}
 * @param partitionBy see {@link Table#partitionBy}
 * @param file see {@link Table#file}
 * @param targetLag the promise about data time
 * @param refreshMode how it is brought up to date
 * @param onChange what becomes of the table's rows when the statement has changed
 * @param initialize when it is filled first
 * @param cardinalityThreshold the share of changed input rows above which AUTO runs the whole
 *     query; empty where cost alone decides
 * @param keys the declared key; empty when none was declared
 * @param fact what kind of fact it says it is, if it says so
 * @param usesNow whether the query asks for the time, so that time alone can change the table
 * @param lookups its lookups, in the order of the text
 * @param comment the COMMENT clause, if any
 * @param template the query, see {@link #query}
 * @param algebra what is known of the query's operators, casts to the stored types included
 */
public record DynamicTable(
    TableName name,
    RowSchema schema,
    List<TableName> inputs,
    String definition,
    List<String> partitionBy,
    Path file,
    TargetLag targetLag,
    RefreshMode refreshMode,
    OnChange onChange,
    Initialize initialize,
    OptionalDouble cardinalityThreshold,
    List<String> keys,
    Optional<Fact> fact,
    boolean usesNow,
    List<Lookup> lookups,
    Optional<String> comment,
    SqlTemplate template,
    Algebra algebra)
    implements Table {

  public DynamicTable {
    partitionBy = List.copyOf(partitionBy);
    inputs = List.copyOf(inputs);
    keys = List.copyOf(keys);
    lookups = List.copyOf(lookups);
  }

  /** How a dynamic table is brought up to date. */
  public enum RefreshMode {
    /** The cheapest way is chosen at each refresh. */
    AUTO,
    /** By changes, and refused when a block of the query cannot be kept so. */
    INCREMENTAL,
    /** The query is run as a whole and its result compared. */
    FULL
  }

  /** What becomes of rows that an earlier statement made. */
  public enum OnChange {
    /** The table stops until an operator says rebuild. */
    WAIT,
    /** The table is rebuilt without being asked: CREATE OR REPLACE. */
    REPLACE
  }

  /** When a new table is filled. */
  public enum Initialize {
    /** As soon as its inputs have rows. */
    ON_CREATE,
    /** At the first of its rounds. */
    ON_SCHEDULE
  }

  /**
   * A foreign key to a dimension.
   *
   * @param dimension which
   * @param asOf whether the version of an instant is asked for, not the current one
   * @param column the table's column that holds it, its role; empty when it is part of an
   *     expression or of a subquery
   * @param policy what stands there without a member
   */
  public record Lookup(
      TableName dimension, boolean asOf, Optional<String> column, LookupPolicy policy) {}

  /**
   * Whether the query gives the same rows, bit for bit, each time that it is run over the same
   * ones: it neither adds floating-point numbers nor leaves ties to chance.
   */
  public boolean repeatsExactly() {
    return algebra instanceof Algebra.Known(Node root)
        && Repeats.exactly(
            root, IntStream.range(0, schema.names().size()).boxed().collect(Collectors.toSet()));
  }

  /** With another target lag. */
  DynamicTable with(TargetLag lag) {
    return with(lag, refreshMode, cardinalityThreshold, comment);
  }

  /** With another refresh mode. */
  DynamicTable with(RefreshMode mode) {
    return with(targetLag, mode, cardinalityThreshold, comment);
  }

  /** With another threshold. */
  DynamicTable with(OptionalDouble threshold) {
    return with(targetLag, refreshMode, threshold, comment);
  }

  /** With another comment. */
  DynamicTable with(Optional<String> text) {
    return with(targetLag, refreshMode, cardinalityThreshold, text);
  }

  private DynamicTable with(
      TargetLag lag, RefreshMode mode, OptionalDouble threshold, Optional<String> text) {
    return new DynamicTable(
        name,
        schema,
        inputs,
        definition,
        partitionBy,
        file,
        lag,
        mode,
        onChange,
        initialize,
        threshold,
        keys,
        fact,
        usesNow,
        lookups,
        text,
        template,
        algebra);
  }

  /**
   * The query as DuckDB SQL for a session in time zone UTC; its output is {@link #schema}, in order
   * and type.
   *
   * @param relation for each input, any text that may stand in FROM, with exactly the input's
   *     columns
   * @param now what {@code now()} and its kin mean; must be there when {@link #usesNow}
   */
  public String query(Function<TableName, String> relation, Optional<Instant> now) {
    return template.render(relation, now);
  }
}
