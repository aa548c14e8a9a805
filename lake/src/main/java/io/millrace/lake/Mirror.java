package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table's live rows in local DuckDB, each with its place: {@code __file} (a number of the table
 * object's own) and {@code __row}. A step finds by it what to change without reading the lake. It
 * is a cache: when it cannot follow a commit it says that it is stale and is loaded again.
 *
 * <p>One thread, and connections in autocommit mode, so that no caller's rollback can take back
 * what this object believes to be in DuckDB.
 */
public final class Mirror {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
  private static final long NONE = -1;

  private final DeltaTable table;
  private final String relation;
  private long version = NONE;

  private Mirror(DeltaTable table, String relation) {
    this.table = table;
    this.relation = relation;
  }

  /**
   * Loads a table's live rows.
   *
   * @param relation name of the DuckDB table to make, as SQL text, quoted; replaced if it is there
   */
  public static Mirror load(Connection duck, DeltaTable table, String relation) {
    Mirror mirror = new Mirror(table, relation);
    mirror.refresh(duck);
    return mirror;
  }

  /** Its name as SQL text. */
  public String relation() {
    return relation;
  }

  /** The table whose rows it shows. */
  public DeltaTable table() {
    return table;
  }

  /** Whether it shows the table object's version. */
  public boolean current() {
    return version == table.version();
  }

  /**
   * Makes it show the table's version, at no cost when it does. To be called at the start of a step
   * and after a commit that was not {@link CommitResult.Committed}.
   */
  public void refresh(Connection duck) {
    table.settle();
    if (current()) {
      return;
    }
    version = NONE;
    String dead = "dead " + UUID.randomUUID();
    Sql.run(
        duck,
        "CREATE OR REPLACE TABLE " + relation + " AS " + table.scan().rowsWithPlace(duck, dead));
    Sql.run(duck, "DROP TABLE IF EXISTS temp.main." + Sql.name(dead));
    version = table.version();
  }

  /**
   * Refuses a commit on rows that are not the table's.
   *
   * @throws MillraceException LK-008
   */
  void requireCurrent() {
    if (!current()) {
      throw new MillraceException(
          LakeError.LK_008_MIRROR_STALE,
          "the mirror of table "
              + table.name()
              + " shows version "
              + version
              + ", the table has "
              + table.version()
              + ". Refresh the mirror and compute the changes again.");
    }
  }

  /** Stops claiming to show a version; the next refresh loads it again. */
  void forget() {
    version = NONE;
  }

  /** Follows a commit by its new files; on any failure it is stale instead. */
  void follow(Connection duck, RowChanges changes, List<LiveFile> added) {
    version = NONE;
    try {
      if (!duck.getAutoCommit()) {
        return;
      }
      duck.setAutoCommit(false);
      try {
        if (changes.removed() > 0) {
          Sql.run(
              duck,
              Text.of(
                  "DELETE FROM %s WHERE (__file, __row) IN (%s)", relation, changes.oldPlaces()));
        }
        if (!added.isEmpty()) {
          Sql.run(
              duck,
              "INSERT INTO "
                  + relation
                  + " BY NAME "
                  + table.scanOf(added).rowsWithPlace(duck, "no dead rows"));
        }
        duck.commit();
        version = table.version();
      } finally {
        if (version == NONE) {
          duck.rollback();
        }
        duck.setAutoCommit(true);
      }
    } catch (SQLException | MillraceException e) {
      LOG.warn(
          "the mirror of {} could not follow a commit and will be loaded again", table.name(), e);
      version = NONE;
    }
  }
}
