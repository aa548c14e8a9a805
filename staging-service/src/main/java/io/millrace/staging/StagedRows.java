package io.millrace.staging;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.contracts.error.StagingError;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.warehouse.PseudoColumns;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.StagingTable.Rows;
import java.sql.Connection;
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
   * @param refused where records that it refuses are added
   */
  void apply(String raw, boolean all, Refusals refused) {
    long emptied =
        definition.rows() == Rows.HISTORY
            ? -1
            : Sql.number(
                duck, "SELECT coalesce(max(_position), -1) FROM " + raw + " WHERE _op = 't'");
    whole = all || emptied >= 0;
    decide(raw, emptied + 1, refused);
    if (definition.rows() == Rows.LATEST) {
      keys();
    }
  }

  /** Runs the SELECT over the images that decide; if one does not fit, over those that do. */
  private void decide(String raw, long firstPosition, Refusals refused) {
    if (definition.rows() == Rows.APPENDED) {
      refuseChanges(raw, firstPosition, refused);
    }
    String rest =
        "SELECT * FROM %s WHERE _position >= %d AND _position NOT IN (%s) %s"
            .formatted(
                raw,
                firstPosition,
                Refusals.positions(),
                definition.rows() == Rows.HISTORY ? "" : "AND _op <> 't'");
    images(rest + deciding());
    if (select()) {
      return;
    }
    refuseBad(rest, refused);
    images(rest + deciding());
    if (!select()) {
      throw new MillraceException(
          ShardError.SHD_006_STATEMENT_FAILED,
          "the SELECT of "
              + definition.name()
              + " fails over rows that it takes one by one. Please report the statement.");
    }
  }

  /** Refuses the changes of rows that had come before. */
  private void refuseChanges(String raw, long firstPosition, Refusals refused) {
    refused.addAll(
        "SELECT _position FROM %s WHERE _op IN ('u', 'd') AND _position >= %d"
            .formatted(raw, firstPosition),
        Refusal.Stage.APPEND,
        StagingError.STG_004_NOT_APPENDED,
        "%s is declared APPEND, and this changes a row of %s.%s that came before"
            .formatted(definition.name(), definition.source(), definition.resource()));
  }

  /**
   * Refuses the images that do not fit. Of a table with KEYS those only that come after the last of
   * their key that does: the others decide nothing.
   */
  private void refuseBad(String rest, Refusals refused) {
    boolean latest = definition.rows() == Rows.LATEST;
    images(rest + (latest ? " AND _op <> 'd'" : ""));
    String bad = new BadImages(duck, definition).among(IMAGES);
    String positions =
        latest
            ? """
            WITH bad AS (FROM %1$s),
            good AS (
              SELECT %2$s, max(_position) AS _last FROM (%3$s)
              WHERE _position NOT IN (FROM bad) GROUP BY ALL)
            SELECT r._position FROM (%3$s) r LEFT JOIN good g ON %4$s
            WHERE r._position IN (FROM bad) AND r._position > coalesce(g._last, -1)
            """
                .formatted(bad, rawKeys, rest, sameKey())
            : "FROM " + bad;
    refused.addAll(
        positions,
        Refusal.Stage.SELECT,
        StagingError.STG_001_ROW_REFUSED,
        "a value of the row cannot be converted as the SELECT of " + definition.name() + " asks");
  }

  private String sameKey() {
    return definition.keyColumns().values().stream()
        .map(column -> "r.%1$s IS NOT DISTINCT FROM g.%1$s".formatted(Sql.name(column)))
        .collect(Collectors.joining(" AND "));
  }

  /** What leaves of all images the last of each key, where that is what decides. */
  private String deciding() {
    return definition.rows() == Rows.LATEST
        ? " QUALIFY row_number() OVER (PARTITION BY %s ORDER BY _position DESC) = 1"
            .formatted(rawKeys)
        : "";
  }

  private void images(String rows) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT *, row_number() OVER (ORDER BY _position) AS _row FROM (%s)"
            .formatted(IMAGES, rows));
  }

  /** Of some images what the SELECT may see: {@code *} takes whatever is there. */
  static String rows(StagingTable definition, String images, String condition) {
    List<String> columns = new ArrayList<>(definition.usedColumns());
    PseudoColumns.ALL.forEach(column -> columns.add(column.name()));
    return "(SELECT %s FROM %s WHERE %s)".formatted(Sql.names(columns), images, condition);
  }

  /** Runs the SELECT over the images; false if one does not fit. */
  private boolean select() {
    String there = definition.rows() == Rows.LATEST ? "_op <> 'd'" : "TRUE";
    String rows = rows(definition, IMAGES, there);
    try (Statement statement = duck.createStatement()) {
      statement.execute(
          "CREATE OR REPLACE TEMP TABLE " + DESIRED + " AS " + definition.select(rows));
      return true;
    } catch (SQLException e) {
      if (BadImages.isOfData(e)) {
        return false;
      }
      throw BadImages.failed(definition, e);
    }
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
   * What the staged rows change in the table. They are what the source says, so of a floating
   * number any difference counts.
   *
   * @param diff of the table, by its key
   * @param mirror relation of the table's rows
   */
  RowDiff.Changes diff(RowDiff diff, String mirror) {
    RowDiff exact = diff.exactly();
    if (whole) {
      return exact.into(duck, CHANGES, mirror, DESIRED);
    }
    return switch (definition.rows()) {
      case LATEST -> {
        List<String> keys = List.copyOf(definition.keyColumns().keySet());
        yield exact.into(duck, CHANGES, mirror, DESIRED, new RowDiff.Scope(KEYS, keys));
      }
      case APPENDED, HISTORY -> exact.added(duck, CHANGES, DESIRED);
    };
  }
}
