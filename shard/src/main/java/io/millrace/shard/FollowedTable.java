package io.millrace.shard;

import io.millrace.changelog.codec.ChangeDecoder;
import io.millrace.changelog.codec.Missing;
import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Table;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A table of another shard, as a follower sees it: what was announced of it, and the row changes of
 * a version, from its topic or, where the announcement says so or the topic has expired, from its
 * change feed. Columns that the table had not then are NULL. Used by the shard's loop alone.
 */
public final class FollowedTable {
  private static final Logger LOG = Logger.getLogger("millrace.shard");
  private static final String FEED = "followed_feed";

  private final Shard shard;
  private final Table definition;
  private final String topic;
  private final ChangeDecoder decoder;

  /**
   * How far a follower has applied a table.
   *
   * @param tableId of the table it has followed; empty before the first
   * @param version the last one applied, -1 before the first
   */
  public record Position(String tableId, long version) {
    /** Nothing applied yet. */
    public static final Position NONE = new Position("", -1);
  }

  public FollowedTable(Shard shard, Table definition) {
    this.shard = shard;
    this.definition = definition;
    this.topic = shard.around().names().table(definition.name());
    this.decoder =
        ChangeDecoder.feed(shard.around().registry()::byId, definition.schema(), Missing.NULL);
  }

  public TableName name() {
    return definition.name();
  }

  public Table definition() {
    return definition;
  }

  /** The cut that it is right through, -1 if nothing was announced. */
  public long through() {
    return shard.around().published().through(name());
  }

  /** Its cut and what was announced behind the position; of another table id, its first. */
  public PublishedLog.Ahead ahead(Position own) {
    return shard.around().published().ahead(name(), own.tableId(), own.version());
  }

  /** What was announced behind the position; of another table id, its first. */
  public Optional<TableVersion> next(Position own) {
    return ahead(own).next();
  }

  /** The newest announced version that shows the cut or an earlier one. */
  public Optional<TableVersion> newestAt(long cut) {
    return shard.around().published().newestAt(name(), cut);
  }

  /** Whether the version's changes are those behind the position, none left out. */
  public static boolean follows(TableVersion version, Position own) {
    return version.after() <= own.version()
        && own.version() < version.version()
        && (own.tableId().isEmpty() || own.tableId().equals(version.tableId()));
  }

  /**
   * Loads a version's changes as a Z-set: the table's columns and {@code _weight}, -1 for a row
   * before and 1 for a row after.
   *
   * @param relation the temp table's name, without quotes
   */
  public void load(TableVersion version, String relation) {
    if (version.ranges().isEmpty()
        || !loadFromTopic(version.version(), version.ranges().get(), relation)) {
      loadFromFeed(open(version.tableId()), version.version(), relation);
    }
  }

  /**
   * False if retention was faster, or the records were written when a column had another type: the
   * table's change feed holds the same changes.
   */
  private boolean loadFromTopic(long version, List<OffsetRange> ranges, String relation) {
    try {
      var _ =
          decoder.load(
              shard.duck(),
              relation,
              shard.around().allocator(),
              shard.reader().read(topic, ranges));
      return true;
    } catch (MillraceException e) {
      if (e.errorCode() != ChangelogError.CL_054_RANGE_EXPIRED
          && e.errorCode() != ChangelogError.CL_008_COLUMN_RETYPED) {
        throw e;
      }
      LOG.infof(
          "version %d of %s is read from its change feed: %s", version, name(), e.getMessage());
      return false;
    }
  }

  /** As {@link #load}, from the lake's change feed. */
  public void loadFromFeed(DeltaTable table, long version, String relation) {
    RowSchema stored = table.changes().load(shard.duck(), version, FEED);
    Sql.run(
        shard.duck(),
        """
        CREATE OR REPLACE TEMP TABLE %s AS
        SELECT %s, CASE WHEN _change_type IN ('insert', 'update_postimage') THEN 1 ELSE -1 END
          AS _weight FROM %s
        """
            .formatted(Sql.name(relation), columns(stored), FEED));
  }

  /**
   * The table's columns from rows that were written under an earlier statement of it: a column that
   * they had not is NULL, and so is a value that its type of today cannot hold.
   *
   * @param stored the columns that the rows have
   */
  public String columns(RowSchema stored) {
    return definition.schema().columns().stream()
        .map(c ->
            (stored.column(c.name()).isEmpty()
                    ? "CAST(NULL AS %2$s) AS %1$s"
                    : sameOrCast(c, stored))
                .formatted(Sql.name(c.name()), c.type().sql()))
        .collect(Collectors.joining(", "));
  }

  private static String sameOrCast(Column column, RowSchema stored) {
    return stored.column(column.name()).orElseThrow().type().equals(column.type())
        ? "%1$s"
        : "TRY_CAST(%1$s AS %2$s) AS %1$s";
  }

  /**
   * As {@link #open}, when what was announced is of this very table: one that was made anew is
   * empty at first, and is not at the cuts of the one that had its name.
   *
   * @throws MillraceException SHD-005 when it is not there, or has not said yet where it is
   */
  public DeltaTable openAnnounced() {
    DeltaTable table = open();
    Optional<TableVersion> said = newestAt(Long.MAX_VALUE);
    if (said.isPresent() && !said.get().tableId().equals(table.id())) {
      throw new MillraceException(
          ShardError.SHD_005_INPUT_MISSING,
          "table "
              + name()
              + " was made anew, and has not said yet which cut it shows. Start the service that"
              + " writes it.");
    }
    return table;
  }

  /**
   * Its Delta table, at its newest version, for reading.
   *
   * @throws MillraceException SHD-005 when it is not there
   */
  public DeltaTable open() {
    if (!shard.around().lake().exists(name())) {
      throw new MillraceException(
          ShardError.SHD_005_INPUT_MISSING,
          "table " + name() + " is read but not in the lake. Start the service that writes it.");
    }
    return shard.around().lake().open(name());
  }

  /**
   * As {@link #open}, when it is this very table.
   *
   * @param tableId empty: whichever there is
   * @throws MillraceException LK-011 when it was made anew
   */
  public DeltaTable open(String tableId) {
    DeltaTable table = open();
    if (!tableId.isEmpty() && !tableId.equals(table.id())) {
      throw new MillraceException(
          LakeError.LK_011_HISTORY_GONE,
          "table " + name() + " was made anew: the versions of the former one are gone.");
    }
    return table;
  }

  /** Where the end of the version's changes lies on the topic, for lag tools. */
  public @Nullable Long topicEnd(TableVersion version) {
    return version.ranges().filter(r -> !r.isEmpty()).map(r -> r.getLast().getEnd()).orElse(null);
  }
}
