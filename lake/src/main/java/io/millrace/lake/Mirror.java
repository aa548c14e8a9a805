package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table's live rows in local DuckDB, each with its place: {@code __file} (a number made of the
 * file's path) and {@code __row}. A step finds by it what to change without reading the lake.
 *
 * <p>It is a cache. In an instance of {@link DuckDb#inDirectory} it outlives a restart: it notes
 * its version with its rows, follows the versions made since by what changed in the table's files,
 * and is then held against the log, file by file. One that is too old, or does not fit, is loaded
 * again.
 *
 * <p>One thread, and connections in autocommit mode, so that no caller's rollback can take back
 * what this object believes to be in DuckDB.
 */
public final class Mirror {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
  private static final long NONE = -1;
  private static final String DIED = "died rows";

  /** Below so many changed rows following is always cheaper than loading. */
  private static final long ROWS_FOLLOWED_MIN = 10_000;

  private final DeltaTable table;
  private final String relation;
  private final MirrorRecord record;
  private long version = NONE;

  private Mirror(DeltaTable table, String relation, MirrorRecord record) {
    this.table = table;
    this.relation = relation;
    this.record = record;
  }

  /**
   * Takes up what a mirror of this name held before a restart, or loads the table's live rows.
   *
   * @param relation name of the DuckDB table to make, as SQL text, quoted; replaced if it is there
   */
  public static Mirror load(Connection duck, DeltaTable table, String relation) {
    Mirror mirror = new Mirror(table, relation, MirrorRecord.of(duck, relation));
    mirror.takeUp(duck);
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
    if (version == NONE || !caughtUp(duck)) {
      loadAll(duck);
    }
  }

  private void loadAll(Connection duck) {
    version = NONE;
    record.clear(duck);
    String dead = "dead " + UUID.randomUUID();
    Sql.run(
        duck,
        "CREATE OR REPLACE TABLE " + relation + " AS " + table.scan().rowsWithPlace(duck, dead));
    Sql.run(duck, "DROP TABLE IF EXISTS temp.main." + Sql.name(dead));
    record.begin(
        duck,
        new MirrorRecord.Noted(table.id(), table.version(), table.scan().layout().fingerprint()));
    version = table.version();
  }

  /** After a restart: believes what was noted only when it fits the table and the log. */
  private void takeUp(Connection duck) {
    table.settle();
    try {
      Optional<MirrorRecord.Noted> noted = record.read(duck);
      if (noted.isPresent() && !fits(duck, noted.get())) {
        LOG.info("the kept mirror of {} does not fit and is loaded again", table.name());
        version = NONE;
      }
    } catch (MillraceException e) {
      LOG.warn("the kept mirror of {} cannot be read and is loaded again", table.name(), e);
      version = NONE;
    }
  }

  private boolean fits(Connection duck, MirrorRecord.Noted noted) {
    version = noted.version();
    return noted.tableId().equals(table.id())
        && version <= table.version()
        && sameColumns(noted.columns())
        && (current() || caughtUp(duck))
        && new MirrorCheck(table).fits(duck, relation);
  }

  private boolean sameColumns(String fingerprint) {
    return fingerprint.equals(table.scan().layout().fingerprint());
  }

  /** Follows the table from the version shown by what changed in its files; false if it cannot. */
  private boolean caughtUp(Connection duck) {
    long from = version;
    version = NONE;
    try {
      TableHistory history = table.history();
      if (from > table.version() || !history.layout(from).equals(table.scan().layout())) {
        return false;
      }
      FileDifference difference = table.filesSince(history.files(from));
      if (difference.rows() > Math.max(ROWS_FOLLOWED_MIN, table.rows() / 2)) {
        return false;
      }
      return inTransaction(duck, () -> follow(duck, difference));
    } catch (MillraceException e) {
      LOG.info(
          "the mirror of {} cannot follow from version {} and is loaded again",
          table.name(),
          from,
          e);
      return false;
    }
  }

  private void follow(Connection duck, FileDifference difference) {
    if (!difference.gone().isEmpty()) {
      Sql.run(
          duck,
          Text.of(
              "DELETE FROM %s WHERE __file IN (%s)",
              relation,
              difference.gone().stream()
                  .map(f -> String.valueOf(f.ordinal()))
                  .collect(Collectors.joining(", "))));
    }
    if (!difference.died().isEmpty()) {
      fillDied(duck, difference.died());
      Sql.run(
          duck,
          Text.of(
              "DELETE FROM %s WHERE (__file, __row) IN (SELECT f, r FROM temp.main.%s)",
              relation, Sql.name(DIED)));
      Sql.run(duck, "DROP TABLE temp.main." + Sql.name(DIED));
    }
    if (!difference.come().isEmpty()) {
      insert(duck, table.scanOf(difference.come()).rowsWithPlace(duck, "come dead"));
      Sql.run(duck, "DROP TABLE IF EXISTS temp.main.\"come dead\"");
    }
  }

  /** Fills a temp table (f, r) with the places of rows. */
  private static void fillDied(Connection duck, Map<Long, RoaringBitmap> died) {
    String ddl = Text.of("CREATE OR REPLACE TEMP TABLE %s (f BIGINT, r BIGINT)", Sql.name(DIED));
    Sql.run(duck, ddl);
    try (DuckDBAppender appender =
        duck.unwrap(DuckDBConnection.class).createAppender("temp", "main", DIED)) {
      for (Map.Entry<Long, RoaringBitmap> file : died.entrySet()) {
        for (long row : DeletionVector.rows(file.getValue())) {
          appender.beginRow().append((long) file.getKey()).append(row).endRow();
        }
      }
    } catch (SQLException e) {
      throw Sql.failed(ddl, e);
    }
  }

  private void insert(Connection duck, String rowsWithPlace) {
    Sql.run(duck, "INSERT INTO " + relation + " BY NAME " + rowsWithPlace);
  }

  /** Whether it was done, the version noted with it: wholly, or not at all. */
  private boolean inTransaction(Connection duck, Runnable work) {
    try {
      if (!duck.getAutoCommit()) {
        return false;
      }
      duck.setAutoCommit(false);
      try {
        work.run();
        record.follow(duck, table.version());
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
    return version != NONE;
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

  /** Follows a commit by what it wrote; on any failure it is stale instead. */
  void follow(Connection duck, RowChanges changes, DataFiles.OfChanges written) {
    version = NONE;
    List<LiveFile> added = written.files().added();
    var _ =
        inTransaction(
            duck,
            () -> {
              if (changes.removed() > 0) {
                changes.deleteFrom(duck, relation);
              }
              if (written.inOrder() && !added.isEmpty()) {
                TableLayout layout = table.scan().layout();
                insert(duck, changes.newRowsPlaced(layout, added.getFirst().ordinal()));
              } else if (!added.isEmpty()) {
                insert(duck, table.scanOf(added).rowsWithPlace(duck, "no dead rows"));
              }
            });
  }
}
