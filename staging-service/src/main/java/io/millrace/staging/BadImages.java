package io.millrace.staging;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.lake.Sql;
import io.millrace.warehouse.StagingTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the images that a SELECT cannot take: DuckDB breaks off at one of them and does not say
 * which. Where the statement cannot be made to tell them, a range that fails is divided, first as
 * it lies, then in blocks that are small enough for many looks; what is found stays in DuckDB. Used
 * by the shard's loop alone.
 */
final class BadImages {
  private static final String BLOCK = "staging_block";
  private static final String BAD = "staging_bad";
  private static final String TRIED = "staging_tried";
  private static final long BLOCK_ROWS = 1_024;
  private static final long PARTS = 8;

  private final Connection duck;
  private final StagingTable definition;

  BadImages(Connection duck, StagingTable definition) {
    this.duck = duck;
    this.definition = definition;
  }

  /**
   * Finds them.
   *
   * @param images name of a table with {@code _row}, from 1, and {@code _position}
   * @return name of the table of their positions
   */
  String among(String images) {
    if (!inOnePass(images)) {
      Sql.run(duck, "CREATE OR REPLACE TEMP TABLE " + BAD + " (_position BIGINT)");
      divide(images, 1, Sql.number(duck, "SELECT coalesce(max(_row), 0) FROM " + images));
    }
    Sql.run(duck, "DROP TABLE IF EXISTS " + TRIED);
    return BAD;
  }

  /** Whether the statement tells them itself: then it takes all others. */
  private boolean inOnePass(String images) {
    Optional<String> refused = definition.refused(StagedRows.rows(definition, images, "TRUE"));
    if (refused.isEmpty()
        || !runs("CREATE OR REPLACE TEMP TABLE " + BAD + " AS " + refused.get())) {
      return false;
    }
    return fits(
        "CREATE OR REPLACE TEMP TABLE " + TRIED + " AS ",
        StagedRows.rows(definition, images, "_position NOT IN (FROM " + BAD + ")"));
  }

  private void divide(String images, long first, long last) {
    if (first > last
        || fits("CREATE OR REPLACE TEMP TABLE " + TRIED + " AS ", rows(images, first, last))) {
      return;
    }
    if (last - first < BLOCK_ROWS) {
      block(images, first, last);
      return;
    }
    long middle = (first + last) >>> 1;
    divide(images, first, middle);
    divide(images, middle + 1, last);
  }

  private void block(String images, long first, long last) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS FROM %s WHERE _row BETWEEN %d AND %d"
            .formatted(BLOCK, images, first, last));
    List<Long> bad = new ArrayList<>();
    narrow(first, last, bad);
    Sql.run(
        duck,
        bad.stream()
            .map(String::valueOf)
            .collect(
                Collectors.joining(
                    ", ",
                    "INSERT INTO " + BAD + " SELECT _position FROM " + BLOCK + " WHERE _row IN (",
                    ")")));
  }

  /** A range of the block that is known not to fit. */
  private void narrow(long first, long last, List<Long> bad) {
    if (first == last) {
      bad.add(first);
      return;
    }
    long step = Math.max(1, (last - first + PARTS) / PARTS);
    for (long from = first; from <= last; from += step) {
      long to = Math.min(last, from + step - 1);
      if (!fits("", rows(BLOCK, from, to))) {
        narrow(from, to, bad);
      }
    }
  }

  private String rows(String images, long first, long last) {
    return StagedRows.rows(definition, images, "_row BETWEEN %d AND %d".formatted(first, last));
  }

  private boolean fits(String into, String rows) {
    return runs(into + definition.select(rows));
  }

  /** False where a value is at fault. */
  private boolean runs(String sql) {
    try (Statement statement = duck.createStatement()) {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      if (isOfData(e)) {
        return false;
      }
      throw failed(definition, e);
    }
  }

  /** Whether a value is at fault. */
  static boolean isOfData(SQLException e) {
    String text = e.getMessage() == null ? "" : e.getMessage();
    return text.contains("Conversion Error")
        || text.contains("Out of Range Error")
        || text.contains("Invalid Input Error")
        || text.contains("Not implemented Error: Unknown TimeZone")
        || text.contains("Not implemented Error: Period must be greater than 0");
  }

  static MillraceException failed(StagingTable definition, SQLException e) {
    return new MillraceException(
        ShardError.SHD_006_STATEMENT_FAILED,
        "DuckDB could not run the SELECT of " + definition.name() + ". The cause says why.",
        e);
  }
}
