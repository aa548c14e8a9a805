package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.lake.Sql;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.List;

/**
 * A dimension computed anew at a cut: its input's whole change feed, replayed version by version
 * into a scratch table. What is no longer held cannot be replayed: then the rebuild is refused,
 * unless the operator said that history may be lost.
 */
final class Rebuilding {
  /** The computed rows, in the dimension's columns. */
  static final String SCRATCH = "dimension_scratch";

  private static final String INPUT = "dimension_replayed";

  private final Shard shard;
  private final Dimension dimension;
  private final WrittenTable table;
  private final InputHistory history;
  private final InputRows rows;
  private final Members members;
  private final Moments moments;

  Rebuilding(
      Shard shard,
      Dimension dimension,
      WrittenTable table,
      InputHistory history,
      InputRows rows,
      Members members,
      Moments moments) {
    this.shard = shard;
    this.dimension = dimension;
    this.table = table;
    this.history = history;
    this.rows = rows;
    this.members = members;
    this.moments = moments;
  }

  /**
   * Fills {@link #SCRATCH} with the rows at the order's cut.
   *
   * @return the input version that they contain
   */
  InputVersion run(FoldedCut order) {
    TableVersion last =
        shard
            .around()
            .published()
            .newestAt(dimension.input(), order.number())
            .orElseThrow(() ->
                new MillraceException(
                    ShardError.SHD_005_INPUT_MISSING,
                    "nothing was announced of " + dimension.input() + " yet."));
    try {
      return replay(history.feed(-1, last.version()), last);
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
        throw e;
      }
      if (!Rebuild.of(order).loseHistory()) {
        throw notHeld(e);
      }
      return replay(List.of(history.difference(0, last)), last);
    }
  }

  private InputVersion replay(List<InputVersion> versions, TableVersion last) {
    Sql.run(
        shard.duck(),
        "CREATE OR REPLACE TEMP TABLE " + SCRATCH + " AS " + DefaultMembers.select(dimension));
    InputVersion newest = InputVersion.announced(last);
    boolean empty = true;
    for (InputVersion version : versions) {
      history.load(version, SCRATCH, INPUT);
      rows.from(INPUT, moments.at(version.cut(), !empty));
      members.apply(SCRATCH);
      KeyCollisions.refuse(shard.duck(), dimension, SCRATCH);
      replace();
      empty = false;
      newest = version;
    }
    return newest;
  }

  private MillraceException notHeld(MillraceException cause) {
    return new MillraceException(
        DimensionError.DIM_003_HISTORY_NOT_HELD,
        "table "
            + table.name()
            + " cannot be rebuilt: the first versions of "
            + dimension.input()
            + " are vacuumed, so its history would shrink. To accept that, run: millrace"
            + " rebuild "
            + table.name()
            + " --lose-history",
        cause);
  }

  private void replace() {
    String sk = Sql.name(dimension.surrogateKey());
    Sql.run(
        shard.duck(),
        "DELETE FROM %1$s AS s USING %2$s AS k WHERE s.%3$s > 0 AND %4$s"
            .formatted(SCRATCH, InputRows.KEYS, sk, InputRows.equal(dimension.keys(), "s", "k")));
    Sql.run(shard.duck(), "INSERT INTO %s BY NAME FROM %s".formatted(SCRATCH, Members.WANTED));
  }
}
