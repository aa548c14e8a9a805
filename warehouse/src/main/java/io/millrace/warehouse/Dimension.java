package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.sql.SqlTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * A dimension: the rows of one input, each under a surrogate key, with or without history. A
 * statement of type 4 makes two of them, one of type 1 and one of type 7.
 *
 * @param name dim.&lt;file name&gt;
 * @param schema surrogate key BIGINT, the durable key of type 7 BIGINT, the SELECT's columns, those
 *     that the type adds, then {@code valid_from}, {@code valid_to} (TIMESTAMPTZ) and {@code
 *     is_current} (BOOLEAN), {@code is_deleted} (BOOLEAN) where deletes are flagged, and {@code
 *     is_inferred} (BOOLEAN) and {@code known_from} (TIMESTAMPTZ) where members are inferred; the
 *     key is the surrogate key. The SELECT's columns are nullable, for the default members hold
 *     nothing in them
 * @param definition see {@link Table#definition}
 * @param partitionBy see {@link Table#partitionBy}
 * @param file see {@link Table#file}
 * @param input the one table that its attributes come from
 * @param keyInputs where keys are found that become members before their rows come
 * @param feed what the rows of the input are
 * @param keys natural key: names of output columns, in the order of KEYS
 * @param sequenceBy output columns by which states follow one another: first one (TIMESTAMP,
 *     TIMESTAMPTZ or DATE, read as UTC) that holds business time, then any that order states of the
 *     same time; if empty, the cut's source commit time counts
 * @param scdType how much history it keeps, and where
 * @param tracked output columns whose change makes a new version, in output order; for a type with
 *     one row a key those whose change is a change at all
 * @param ignoreNulls output columns in which NULL means that nothing is said
 * @param surrogateKey its column's name
 * @param durableKey of type 7: the column that holds one key for all versions of a member
 * @param previous of type 3: output column -> the column that holds its value before the last
 *     change
 * @param deletes what ends a member
 * @param attributes the SELECT's columns with their stored types; its key is {@code keys}
 * @param kept columns of {@code schema} that the statement has no more, see {@link #keeping}
 * @param template the SELECT, see {@link #select}
 */
public record Dimension(
    TableName name,
    RowSchema schema,
    String definition,
    List<String> partitionBy,
    Path file,
    TableName input,
    List<KeyInput> keyInputs,
    Feed feed,
    List<String> keys,
    List<String> sequenceBy,
    ScdType scdType,
    List<String> tracked,
    List<String> ignoreNulls,
    String surrogateKey,
    Optional<String> durableKey,
    SequencedMap<String, String> previous,
    Deletes deletes,
    RowSchema attributes,
    List<String> kept,
    SqlTemplate template)
    implements Table {
  /** Column where a version's validity begins, inclusive. */
  public static final String VALID_FROM = "valid_from";

  /** Column where a version's validity ends, exclusive. */
  public static final String VALID_TO = "valid_to";

  /** Column that is TRUE in a key's newest version, if the key is not deleted. */
  public static final String IS_CURRENT = "is_current";

  /** Column that is TRUE in the row that a delete ended, where deletes are flagged. */
  public static final String IS_DELETED = "is_deleted";

  /** Column that is TRUE in a member of which nothing is known but its key. */
  public static final String IS_INFERRED = "is_inferred";

  /**
   * Column with the time since which the version's attributes are known: {@link #VALID_FROM}, but
   * of a member that was inferred; NULL where nothing is known.
   */
  public static final String KNOWN_FROM = "known_from";

  /** What the names of columns begin with that hold a member's current values, of type 6. */
  public static final String CURRENT = "current_";

  /** Where rows begin when nothing says since when they hold, as SQL of type TIMESTAMPTZ. */
  public static final String BEGINNING = "TIMESTAMPTZ '1900-01-01 00:00:00+00'";

  public Dimension {
    partitionBy = List.copyOf(partitionBy);
    keyInputs = List.copyOf(keyInputs);
    keys = List.copyOf(keys);
    sequenceBy = List.copyOf(sequenceBy);
    tracked = List.copyOf(tracked);
    ignoreNulls = List.copyOf(ignoreNulls);
    previous = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(previous));
    kept = List.copyOf(kept);
  }

  /**
   * Rows of a staging table whose keys become members, if the dimension has none of them.
   *
   * @param table the staging table
   * @param columns its columns, in the order of {@code keys}
   */
  public record KeyInput(TableName table, List<String> columns) {
    public KeyInput {
      columns = List.copyOf(columns);
    }
  }

  /** What the rows of the input are. */
  public enum Feed {
    /** The members as they are now, a row each. */
    ROWS,
    /** As {@link #ROWS}, and each time all of them: no row at all is refused. */
    REPLACED,
    /** Changes, in any order: every row is a state or an end of its key. */
    HISTORY,
    /**
     * The members of many snapshots, each told by the value of the first column of {@link
     * #sequenceBy}: a key that is missing in the next one ends there.
     */
    SNAPSHOTS
  }

  /** How much history is kept. */
  public enum ScdType {
    /** None: a member stays as it first was. */
    TYPE_0,
    /** None: attributes are overwritten. */
    TYPE_1,
    /** A row for each version of a natural key. */
    TYPE_2,
    /** One step back, in columns of its own. */
    TYPE_3,
    /** As type 2, and every version of a key shows the current values too. */
    TYPE_6,
    /** As type 2, and every version of a key carries the same durable key. */
    TYPE_7;

    /** Whether a key has a row for each version, so that {@code as_of} can be asked for. */
    public boolean hasVersions() {
      return switch (this) {
        case TYPE_0, TYPE_1, TYPE_3 -> false;
        case TYPE_2, TYPE_6, TYPE_7 -> true;
      };
    }
  }

  /**
   * What ends a member.
   *
   * @param action what a deleted input row does
   * @param marked whether some input rows are deletes: {@link #select} says which in {@value
   *     #IS_END}
   * @param truncating whether some input rows end all members: {@link #select} says which in
   *     {@value #IS_TRUNCATE}
   */
  public record Deletes(OnDelete action, boolean marked, boolean truncating) {
    /** Column of {@link #select} that is TRUE where the row ends all members. */
    public static final String IS_TRUNCATE = "_is_truncate";

    /** Column of {@link #select} that is TRUE where the row is a delete. */
    public static final String IS_END = "_is_end";
  }

  /** What a deleted input row does. */
  public enum OnDelete {
    /** Its current version ends, no new one begins. */
    CLOSE,
    /** As {@link #CLOSE}, and the row that ends says that it was by a delete. */
    FLAG,
    /** All rows of the key go. */
    REMOVE,
    /** Nothing. */
    IGNORE
  }

  @Override
  public List<TableName> inputs() {
    return Stream.concat(Stream.of(input), keyInputs.stream().map(KeyInput::table))
        .distinct()
        .toList();
  }

  /** Whether members can be inferred, so that it has the columns that tell. */
  public boolean infers() {
    return !keyInputs.isEmpty();
  }

  /**
   * This dimension with the columns behind its own that an earlier statement gave the table:
   * versions that have values in them keep them.
   *
   * @param stored the table's columns
   */
  public Dimension keeping(RowSchema stored) {
    List<Column> columns = new ArrayList<>(schema.columns());
    List<String> more = new ArrayList<>(kept);
    for (Column column : stored.columns()) {
      if (schema.column(column.name()).isEmpty()
          && column.nullable()
          && !isComputed(column, stored)) {
        columns.add(column);
        more.add(column.name());
      }
    }
    return new Dimension(
        name,
        new RowSchema(columns, schema.key()),
        definition,
        partitionBy,
        file,
        input,
        keyInputs,
        feed,
        keys,
        sequenceBy,
        scdType,
        tracked,
        ignoreNulls,
        surrogateKey,
        durableKey,
        previous,
        deletes,
        attributes,
        more,
        template);
  }

  /** What a column shows that a type added follows from others. */
  private static boolean isComputed(Column column, RowSchema stored) {
    return column.name().equals(KNOWN_FROM)
        || (column.name().startsWith(CURRENT)
            && stored
                .column(column.name().substring(CURRENT.length()))
                .filter(base -> base.type().equals(column.type()))
                .isPresent());
  }

  /**
   * The SELECT over a relation, as DuckDB SQL for a session in time zone UTC; its output is {@link
   * #attributes}, in order and type, one row for each that passes WHERE, and behind it what {@link
   * #deletes} asks for.
   *
   * @param relation any text that may stand in FROM, with exactly the input's columns
   */
  public String select(String relation) {
    return template.render(ignored -> relation);
  }
}
