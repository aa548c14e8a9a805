package io.millrace.dimension;

import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.dimension.InputVersion.How;
import io.millrace.lake.ChangeFeed.FeedVersion;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The versions of a dimension's input, in order, none left out, and their changes as Z-sets. */
final class InputHistory {
  private static final Logger LOG = Logger.getLogger("millrace.dimension");
  private static final String VIEW = "dimension_input_rows";

  private final Connection duck;
  private final Dimension dimension;
  private final FollowedTable input;

  InputHistory(Connection duck, Dimension dimension, FollowedTable input) {
    this.duck = duck;
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
        return feed(own.version(), announced.version());
      } catch (MillraceException e) {
        if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
          throw e;
        }
      }
    }
    return List.of(difference(own.version() + 1, announced));
  }

  /**
   * The rows of the input at a position; without any at the position before the first.
   *
   * @throws MillraceException LK-011 when they are gone
   */
  String rowsAt(Position position) {
    if (position.version() < 0) {
      return input.definition().schema().columns().stream()
          .map(c -> "NULL::" + c.type().sql() + " AS " + Sql.name(c.name()))
          .collect(Collectors.joining(", ", "(SELECT ", " LIMIT 0)"));
    }
    var _ = input.open().history().createView(duck, position.version(), VIEW);
    return "(SELECT %s FROM %s)"
        .formatted(Sql.names(input.definition().schema().names()), Sql.name(VIEW));
  }

  /** A version as the whole of its rows. */
  static InputVersion whole(TableVersion announced) {
    return new InputVersion(
        announced.tableId(), announced.version(), announced.cut(), new How.Difference());
  }

  /** What stands for the versions from one to an announced one when their changes are gone. */
  InputVersion difference(long first, TableVersion announced) {
    LOG.warnf(
        "%s table %s: versions %d to %d of %s are no longer held; the difference to its rows at cut"
            + " %d is applied as changes of that cut",
        DimensionError.DIM_004_HISTORY_SKIPPED.code(),
        dimension.name(),
        first,
        announced.version(),
        dimension.input(),
        announced.cut());
    return whole(announced);
  }

  /**
   * The versions after one and up to another, from the change feed.
   *
   * @throws MillraceException LK-011 when some are gone
   */
  List<InputVersion> feed(long after, long through) {
    DeltaTable table = input.open();
    return table.changes().versions(after, through).stream()
        .map((FeedVersion v) ->
            new InputVersion(table.id(), v.version(), v.watermark().cut(), new How.Feed()))
        .toList();
  }

  /**
   * Loads a version's changes as a Z-set: the input's columns and {@code _weight}.
   *
   * @param members relation of the dimension's rows, for a difference
   */
  void load(InputVersion version, String members, String into) {
    switch (version.how()) {
      case How.Announced(TableVersion announced) -> input.load(announced, into);
      case How.Feed _ -> input.loadFromFeed(input.open(), version.version(), into);
      case How.Difference _ -> difference(version, members, into);
    }
  }

  /**
   * All rows of the input as they are, and for each current member without one a row of its key
   * before. The row before is the member's own, as far as the input's columns are the dimension's.
   */
  private void difference(InputVersion version, String members, String into) {
    DeltaTable table = input.open();
    var _ = table.history().createView(duck, version.version(), VIEW);
    String before =
        input.definition().schema().columns().stream()
            .map(c ->
                dimension.attributes().column(c.name()).isPresent()
                    ? "m." + Sql.name(c.name())
                    : "NULL::" + c.type().sql() + " AS " + Sql.name(c.name()))
            .collect(Collectors.joining(", "));
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %s AS
        SELECT %s, 1 AS _weight FROM %s
        UNION ALL
        SELECT %s, -1 FROM %s m WHERE m.is_current AND m.%s > 0
        """
            .formatted(
                Sql.name(into),
                Sql.names(input.definition().schema().names()),
                Sql.name(VIEW),
                before,
                members,
                Sql.name(dimension.surrogateKey())));
  }
}
