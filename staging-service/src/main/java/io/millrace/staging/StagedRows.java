package io.millrace.staging;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.contracts.error.StagingError;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.StagingTable.Rows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the staging SELECT makes of a batch. An image that it cannot take is refused.
 *
 * <ul>
 *   <li>Of a table with KEYS the last image of each key decides, deletes included; with that
 *       refused, the one before it in the same batch. A key whose images are all refused keeps its
 *       staged row.
 *   <li>With APPEND every row that comes is one more; a change of one that came is refused.
 *   <li>With HISTORY every record is a row, a delete and an emptying too.
 * </ul>
 *
 * <p>A cut is applied once, because the table's watermark says so; no row is looked for to know it.
 */
final class StagedRows {
  private static final String IMAGES = "staging_images";
  private static final String REFUSED = "staging_refused";
  private static final String DESIRED = "staging_desired";
  private static final String KEYS = "staging_keys";
  private static final String CHANGES = "staging_changes";

  private final Connection duck;
  private final StagingTable definition;
  private final String rawKeys;

  /** Whether rows that the batch says nothing about are gone. */
  private boolean whole;

  StagedRows(Connection duck, StagingTable definition) {
    this.duck = duck;
    this.definition = definition;
    this.rawKeys = Sql.names(definition.keyColumns().values());
  }

  /**
   * Computes the staged rows that the batch decides about.
   *
   * @param raw relation of the batch, see {@link RawBatch}
   * @param all whether the batch is to hold the whole resource
   * @return the records that were refused
   */
  List<Refusal> apply(String raw, boolean all) {
    long emptied =
        definition.rows() == Rows.HISTORY
            ? -1
            : Sql.number(
                duck, "SELECT coalesce(max(_position), -1) FROM " + raw + " WHERE _op = 't'");
    whole = all || emptied >= 0;
    List<Refusal> refused = decide(raw, emptied + 1);
    if (definition.rows() == Rows.LATEST) {
      keys();
    }
    return refused;
  }

  /** Runs the SELECT over the images that decide, until it takes all that are not refused. */
  private List<Refusal> decide(String raw, long firstPosition) {
    List<Refusal> refused = new ArrayList<>();
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE " + REFUSED + " (_position BIGINT)");
    if (definition.rows() == Rows.APPENDED) {
      refused.addAll(notAppended(raw, firstPosition));
    }
    while (true) {
      images(raw, firstPosition);
      List<Long> bad = select("TRUE") ? List.of() : badRows();
      if (bad.isEmpty()) {
        break;
      }
      for (Long position : bad) {
        refused.add(
            new Refusal(
                position,
                Refusal.Stage.SELECT,
                StagingError.STG_001_ROW_REFUSED,
                "a value of the row cannot be converted as the SELECT of "
                    + definition.name()
                    + " asks"));
        Sql.run(duck, "INSERT INTO " + REFUSED + " VALUES (" + position + ")");
      }
    }
    return refused;
  }

  /** Refuses the changes of rows that had come before. */
  private List<Refusal> notAppended(String raw, long firstPosition) {
    Sql.run(
        duck,
        "INSERT INTO %s SELECT _position FROM %s WHERE _op IN ('u', 'd') AND _position >= %d"
            .formatted(REFUSED, raw, firstPosition));
    List<Refusal> changes = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT _position FROM " + REFUSED + " ORDER BY ALL")) {
      while (rows.next()) {
        changes.add(
            new Refusal(
                rows.getLong(1),
                Refusal.Stage.APPEND,
                StagingError.STG_004_NOT_APPENDED,
                "%s is declared APPEND, and this changes a row of %s.%s that came before"
                    .formatted(definition.name(), definition.source(), definition.resource())));
      }
    } catch (SQLException e) {
      throw new MillraceException(
          ShardError.SHD_006_STATEMENT_FAILED,
          "DuckDB could not list the changes that "
              + definition.name()
              + " does not take. The cause says why.",
          e);
    }
    return changes;
  }

  /** The images that decide and were not refused. */
  private void images(String raw, long firstPosition) {
    String deciding =
        switch (definition.rows()) {
          case LATEST ->
              "AND _op <> 't' QUALIFY row_number() OVER (PARTITION BY %s ORDER BY _position DESC) = 1"
                  .formatted(rawKeys);
          case APPENDED -> "AND _op <> 't'";
          case HISTORY -> "";
        };
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %s AS
        SELECT *, row_number() OVER (ORDER BY _position) AS _row FROM (
          SELECT * FROM %s
          WHERE _position >= %d AND _position NOT IN (SELECT _position FROM %s) %s)
        """
            .formatted(IMAGES, raw, firstPosition, REFUSED, deciding));
  }

  /**
   * Runs the SELECT over those of the images that satisfy the condition; false if one does not fit.
   */
  private boolean select(String condition) {
    String there = definition.rows() == Rows.LATEST ? "_op <> 'd'" : "TRUE";
    String rows = "(SELECT * FROM %s WHERE %s AND %s)".formatted(IMAGES, there, condition);
    String sql = "CREATE OR REPLACE TEMP TABLE " + DESIRED + " AS " + definition.select(rows);
    try (Statement statement = duck.createStatement()) {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      if (isOfData(e)) {
        return false;
      }
      throw new MillraceException(
          ShardError.SHD_006_STATEMENT_FAILED,
          "DuckDB could not run the SELECT of " + definition.name() + ". The cause says why.",
          e);
    }
  }

  private static boolean isOfData(SQLException e) {
    String text = e.getMessage() == null ? "" : e.getMessage();
    return text.contains("Conversion Error")
        || text.contains("Out of Range Error")
        || text.contains("Invalid Input Error");
  }

  /** Positions of the images that the SELECT cannot take, found by halving. */
  private List<Long> badRows() {
    List<Long> bad = new ArrayList<>();
    long rows = Sql.number(duck, "SELECT coalesce(max(_row), 0) FROM " + IMAGES);
    halve(1, rows, bad);
    return bad;
  }

  private void halve(long first, long last, List<Long> bad) {
    if (first > last || select("_row BETWEEN " + first + " AND " + last)) {
      return;
    }
    if (first == last) {
      bad.add(Sql.number(duck, "SELECT _position FROM " + IMAGES + " WHERE _row = " + first));
      return;
    }
    long middle = (first + last) >>> 1;
    halve(first, middle, bad);
    halve(middle + 1, last, bad);
  }

  /** The keys that the batch decides about, under their staged names. */
  private void keys() {
    String columns =
        definition.keyColumns().entrySet().stream()
            .map((Map.Entry<String, String> e) ->
                Sql.name(e.getValue()) + " AS " + Sql.name(e.getKey()))
            .collect(Collectors.joining(", "));
    Sql.run(
        duck, "CREATE OR REPLACE TEMP TABLE " + KEYS + " AS SELECT " + columns + " FROM " + IMAGES);
  }

  /**
   * What the staged rows change in the table.
   *
   * @param diff of the table, by its key
   * @param mirror relation of the table's rows
   */
  RowDiff.Changes diff(RowDiff diff, String mirror) {
    if (whole) {
      return diff.into(duck, CHANGES, mirror, DESIRED);
    }
    return switch (definition.rows()) {
      case LATEST -> {
        List<String> keys = List.copyOf(definition.keyColumns().keySet());
        yield diff.into(duck, CHANGES, mirror, DESIRED, new RowDiff.Scope(KEYS, keys));
      }
      case APPENDED, HISTORY -> diff.added(duck, CHANGES, DESIRED);
    };
  }
}
