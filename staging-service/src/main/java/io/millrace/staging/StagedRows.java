package io.millrace.staging;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.contracts.error.StagingError;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.StagingTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the staging SELECT makes of a batch: the last image of each key decides, deletes included.
 * An image that the SELECT cannot take is refused, and the one before it in the same batch decides;
 * a key whose images are all refused keeps its staged row.
 */
final class StagedRows {
  private static final String LATEST = "staging_latest";
  private static final String REFUSED = "staging_refused";
  private static final String DESIRED = "staging_desired";
  private static final String KEYS = "staging_keys";
  private static final String CHANGES = "staging_changes";

  private final Connection duck;
  private final StagingTable definition;
  private final String rawKeys;

  StagedRows(Connection duck, StagingTable definition) {
    this.duck = duck;
    this.definition = definition;
    this.rawKeys = Sql.names(definition.keyColumns().values());
  }

  /**
   * Computes the staged rows of every key in the batch.
   *
   * @return the records that were refused
   */
  List<Refusal> apply(RawBatch batch, long cut) {
    List<Refusal> refused = new ArrayList<>();
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE " + REFUSED + " (_position BIGINT)");
    while (true) {
      latest(batch);
      List<Long> bad = select(cut, "TRUE") ? List.of() : badRows(cut);
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
    keys();
    return refused;
  }

  /** The last image of each key that was not refused. */
  private void latest(RawBatch batch) {
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %s AS
        SELECT *, row_number() OVER (ORDER BY _position) AS _row FROM (
          SELECT * FROM %s
          WHERE _op <> 't' AND _position >= %d AND _position NOT IN (SELECT _position FROM %s)
          QUALIFY row_number() OVER (PARTITION BY %s ORDER BY _position DESC) = 1)
        """
            .formatted(LATEST, RawBatch.RELATION, batch.firstPosition(), REFUSED, rawKeys));
  }

  /**
   * Runs the SELECT over those of the last images that satisfy the condition; false if one does not
   * fit.
   */
  private boolean select(long cut, String condition) {
    String rows =
        "(SELECT *, %d::BIGINT AS _cut FROM %s WHERE _op <> 'd' AND %s)"
            .formatted(cut, LATEST, condition);
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
  private List<Long> badRows(long cut) {
    List<Long> bad = new ArrayList<>();
    long rows = Sql.number(duck, "SELECT coalesce(max(_row), 0) FROM " + LATEST);
    halve(cut, 1, rows, bad);
    return bad;
  }

  private void halve(long cut, long first, long last, List<Long> bad) {
    if (first > last || select(cut, "_row BETWEEN " + first + " AND " + last)) {
      return;
    }
    if (first == last) {
      bad.add(Sql.number(duck, "SELECT _position FROM " + LATEST + " WHERE _row = " + first));
      return;
    }
    long middle = (first + last) >>> 1;
    halve(cut, first, middle, bad);
    halve(cut, middle + 1, last, bad);
  }

  /** The keys that the batch decides about, under their staged names. */
  private void keys() {
    String columns =
        definition.keyColumns().entrySet().stream()
            .map((Map.Entry<String, String> e) ->
                Sql.name(e.getValue()) + " AS " + Sql.name(e.getKey()))
            .collect(Collectors.joining(", "));
    Sql.run(
        duck, "CREATE OR REPLACE TEMP TABLE " + KEYS + " AS SELECT " + columns + " FROM " + LATEST);
  }

  /**
   * Compares the staged rows with the table's.
   *
   * @param whole whether rows that the batch says nothing about are gone
   */
  RowDiff.Changes diff(WrittenTable table, boolean whole) {
    RowDiff diff = table.diff(definition.schema().key());
    String mirror = table.mirror().relation();
    return whole
        ? diff.into(duck, CHANGES, mirror, DESIRED)
        : diff.into(
            duck,
            CHANGES,
            mirror,
            DESIRED,
            new RowDiff.Scope(KEYS, List.copyOf(definition.keyColumns().keySet())));
  }
}
