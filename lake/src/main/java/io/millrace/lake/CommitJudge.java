package io.millrace.lake;

import io.delta.kernel.Snapshot;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whose the commits are that a table object has not seen: its own whose outcome was unknown,
 * another Millrace writer's, or an outsider's, which is harmless, adopted or refused.
 *
 * @param id the table's, which one that is dropped and created again does not keep
 */
record CommitJudge(Lake lake, TableName name, String id) {
  private static final Logger LOG = LoggerFactory.getLogger(CommitJudge.class);

  /**
   * What was found.
   *
   * @param own the version of the pending commit, if it is among them
   * @param adopted versions of outsiders whose changes of rows are taken over
   */
  record Verdict(OptionalLong own, List<Long> adopted) {}

  /**
   * Judges the commits after the last one judged.
   *
   * @param version that the table object is at
   * @param pending id of the commit whose outcome is unknown
   * @throws MillraceException LK-005, LK-006 to give the table up
   */
  Verdict of(Snapshot newest, long version, long judged, @Nullable String pending) {
    if (newest.getVersion() < version || !LogActions.tableId(newest).equals(id)) {
      throw outsider("was replaced or set back to version " + newest.getVersion());
    }
    CommitLog log = lake.folder(name).log();
    OptionalLong own = OptionalLong.empty();
    List<Long> adopted = new ArrayList<>();
    for (long v = judged + 1; v <= newest.getVersion(); v++) {
      CommitLog.Commit commit = log.require(v);
      if (commit.watermark().isPresent()) {
        if (!commit.watermark().get().commit().equals(pending)) {
          throw new MillraceException(
              LakeError.LK_005_FENCED,
              Text.of(
                  "version %d of table %s was committed by another Millrace writer. This one gives"
                      + " the table up.",
                  v, name));
        }
        own = OptionalLong.of(v);
      } else if (adopts(commit)) {
        adopted.add(v);
      }
    }
    return new Verdict(own, adopted);
  }

  /** Whether rows that somebody else changed are the table's from now on, if that is the policy. */
  private boolean adopts(CommitLog.Commit commit) {
    boolean columns = commit.changesSchema() && changesColumns(commit.version());
    if (!columns && !commit.changesData()) {
      return false; // a property that is none of ours
    }
    if (columns || lake.outsiders() == OutsiderPolicy.STOP) {
      throw outsider("was changed by somebody else in version " + commit.version());
    }
    LOG.warn(
        "version {} of {} ({}) was committed by somebody else and is adopted: the rows are no"
            + " longer those of the cut",
        commit.version(),
        name,
        commit.operation());
    return true;
  }

  /** The columns of the table object may be theirs already: it may have been opened after. */
  private boolean changesColumns(long version) {
    TableLayout after = TableLayout.of(TableHistory.snapshot(lake, name, version));
    return !after.equals(TableLayout.of(TableHistory.snapshot(lake, name, version - 1)));
  }

  private MillraceException outsider(String what) {
    return new MillraceException(
        LakeError.LK_006_OUTSIDER_COMMIT,
        "table "
            + name
            + " "
            + what
            + ". Its rows are no longer those of its cut: restore the version before, rebuild it,"
            + " or let its service adopt such changes.");
  }
}
