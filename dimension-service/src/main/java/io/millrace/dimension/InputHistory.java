package io.millrace.dimension;

import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.dimension.InputVersion.How;
import io.millrace.lake.ChangeFeed.FeedVersion;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Sql;
import io.millrace.lake.TableHistory;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/** The versions of a dimension's input, in order, none left out, and their changes as Z-sets. */
final class InputHistory {
  private static final Logger LOG = Logger.getLogger("millrace.dimension");
  private static final String VIEW = "dimension_input_rows";
  private static final String PART = "dimension_input_part";

  private final Shard shard;
  private final Connection duck;
  private final Dimension dimension;
  private final FollowedTable input;

  InputHistory(Shard shard, Dimension dimension, FollowedTable input) {
    this.shard = shard;
    this.duck = shard.duck();
    this.dimension = dimension;
    this.input = input;
  }

  /**
   * What to take to get from the position to an announced version: itself if it follows; else every
   * version in between, from the change feed; else, when those are gone, the difference.
   */
  List<InputVersion> upTo(TableVersion announced, Position own) {
    if (FollowedTable.follows(announced, own)) {
      return List.of(InputVersion.announced(announced));
    }
    if (own.tableId().isEmpty() || own.tableId().equals(announced.tableId())) {
      try {
        return feed(own, announced);
      } catch (MillraceException e) {
        if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
          throw e;
        }
      }
    }
    return List.of(difference(own.version() + 1, announced));
  }

  /**
   * The rows of the input at a position; without any at the position before the first. Where the
   * files of then are gone but a later version only rearranged them, its files are read.
   *
   * @throws MillraceException LK-011 when they are gone
   */
  String rowsAt(Position position) {
    if (position.version() < 0) {
      return "(SELECT %s LIMIT 0)".formatted(input.columns(new RowSchema(List.of(), List.of())));
    }
    DeltaTable table = input.open(position.tableId());
    RowSchema stored;
    try {
      stored = table.history().createView(duck, position.version(), VIEW);
    } catch (MillraceException e) {
      long last = lastWithRowsOf(table, position.version());
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE || last == position.version()) {
        throw e;
      }
      stored = table.history().createView(duck, last, VIEW);
    }
    return "(SELECT %s FROM %s)".formatted(input.columns(stored), Sql.name(VIEW));
  }

  private static long lastWithRowsOf(DeltaTable table, long version) {
    List<FeedVersion> since = table.changes().versions(version, table.version());
    return since.isEmpty() ? table.version() : since.getFirst().version() - 1;
  }

  /**
   * The columns that the input has had since a version and not before it. Only an order to compute
   * the input anew can bring some, so nothing is read for other versions.
   */
  List<Column> broughtBy(InputVersion version) {
    return version.parts().stream().flatMap(part -> broughtByOne(part).stream()).toList();
  }

  private List<Column> broughtByOne(InputVersion version) {
    if (version.cut() < 0
        || version.how() instanceof How.Difference
        || !Rebuild.of(shard.around().cutLog().cut(version.cut()))
            .rebuild()
            .equals(input.name().toString())) {
      return List.of();
    }
    try {
      TableHistory past = input.open(version.tableId()).history();
      RowSchema before = past.schemaAt(version.version() - 1);
      return past.schemaAt(version.version()).columns().stream()
          .filter(c -> before.column(c.name()).isEmpty())
          .filter(c -> input.definition().schema().column(c.name()).isPresent())
          .toList();
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
        throw e;
      }
      return List.of();
    }
  }

  /** A version as the whole of its rows. */
  static InputVersion whole(TableVersion announced) {
    return new InputVersion(
        announced.tableId(), announced.version(), announced.cut(), new How.Difference());
  }

  /** The newest version, announced or not, that shows the cut or an earlier one. */
  Optional<TableVersion> shownAt(long cut) {
    DeltaTable table = input.open();
    TableHistory past = table.history();
    OptionalLong version = past.versionAt(cut);
    return version.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TableVersion(
                table.id(),
                version.getAsLong() - 1,
                version.getAsLong(),
                past.watermarkAt(version.getAsLong()).cut(),
                Optional.empty()));
  }

  /**
   * What stands for the versions of a table that was made anew.
   *
   * @param cut the cut that the rows of this version show
   */
  InputVersion another(TableVersion rows, long cut) {
    LOG.warnf(
        "%s table %s: %s was made anew; the difference to its rows at cut %d is applied as changes"
            + " of that cut",
        DimensionError.DIM_004_HISTORY_SKIPPED.code(), dimension.name(), input.name(), cut);
    return new InputVersion(rows.tableId(), rows.version(), cut, new How.Difference());
  }

  /** What stands for the versions from one to an announced one when their changes are gone. */
  InputVersion difference(long first, TableVersion announced) {
    return difference(first, announced, announced.cut());
  }

  /**
   * As {@link #difference(long, TableVersion)}.
   *
   * @param cut the cut that it is taken at
   */
  InputVersion difference(long first, TableVersion announced, long cut) {
    LOG.warnf(
        "%s table %s: versions %d to %d of %s are no longer held; the difference to its rows at cut"
            + " %d is applied as changes of cut %d",
        DimensionError.DIM_004_HISTORY_SKIPPED.code(),
        dimension.name(),
        first,
        announced.version(),
        input.name(),
        announced.cut(),
        cut);
    return new InputVersion(
        announced.tableId(), announced.version(), cut, new InputVersion.How.Difference());
  }

  /**
   * The versions after a position and up to another, from the change feed.
   *
   * @throws MillraceException LK-011 when some are gone
   */
  List<InputVersion> feed(Position after, TableVersion through) {
    DeltaTable table = input.open(through.tableId());
    return table.changes().versions(after.version(), through.version()).stream()
        .map((FeedVersion v) ->
            new InputVersion(table.id(), v.version(), v.watermark().cut(), new How.Feed(table)))
        .toList();
  }

  /**
   * Loads a version's changes as a Z-set: the input's columns and {@code _weight}; of a difference
   * the rows that there are.
   */
  void load(InputVersion version, String into) {
    switch (version.how()) {
      case How.Announced(TableVersion announced) -> input.load(announced, into);
      case How.Feed(DeltaTable table) -> input.loadFromFeed(table, version.version(), into);
      case How.Difference _ ->
          Sql.run(
              duck,
              "CREATE OR REPLACE TEMP TABLE %s AS SELECT *, 1 AS _weight FROM %s"
                  .formatted(
                      Sql.name(into), rowsAt(new Position(version.tableId(), version.version()))));
      case How.Together(List<InputVersion> parts) -> {
        loadNothing(into);
        for (InputVersion part : parts) {
          load(part, PART);
          Sql.run(
              duck,
              "INSERT INTO %s BY NAME SELECT %s, _weight FROM %s"
                  .formatted(Sql.name(into), Sql.names(input.definition().schema().names()), PART));
        }
        net(duck, into);
      }
    }
  }

  /** What the changes of several versions come to: a row that comes and goes is no change. */
  static void net(Connection duck, String zSet) {
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %1$s AS
        SELECT * EXCLUDE (_weight), sum(_weight)::INTEGER AS _weight FROM %1$s
        GROUP BY ALL HAVING sum(_weight) <> 0
        """
            .formatted(Sql.name(zSet)));
  }

  /** No changes, as {@link #load} gives them. */
  void loadNothing(String into) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT *, 1 AS _weight FROM %s"
            .formatted(Sql.name(into), rowsAt(Position.NONE)));
  }
}
