package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.roaringbitmap.RoaringBitmap;

/**
 * A table's row changes version by version, read from the lake. A version with files of the change
 * feed is read from them alone; any other by what its commit adds and removes. One thread, the
 * table's.
 */
public final class ChangeFeed {
  private static final List<String> SCRATCH =
      List.of("feed inserted", "feed deleted", "feed died", "feed rose");

  private final DeltaTable table;
  private final CommitLog log;

  ChangeFeed(DeltaTable table) {
    this.table = table;
    this.log = table.folder().log();
  }

  /**
   * A version whose commit changed rows.
   *
   * @param watermark what it shows
   */
  public record FeedVersion(long version, Watermark watermark) {}

  /**
   * The versions that changed rows, in order.
   *
   * @param afterVersion the follower's own; -1 for none
   * @param throughVersion included; versions that are not there yet are left out
   * @throws MillraceException LK-011 when the log no longer holds one of them
   */
  public List<FeedVersion> versions(long afterVersion, long throughVersion) {
    List<FeedVersion> versions = new ArrayList<>();
    for (long version = afterVersion + 1; version <= throughVersion; version++) {
      Optional<CommitLog.Commit> commit = log.read(version);
      if (commit.isEmpty()) {
        requireNotGone(version);
        break;
      }
      if (commit.get().changesData()) {
        long at = version;
        versions.add(
            new FeedVersion(
                version,
                commit.get().watermark().orElseGet(() -> table.history().watermarkAt(at))));
      }
    }
    return versions;
  }

  /** A version that is not held is not there yet, or was cleaned away, perhaps just now. */
  private void requireNotGone(long version) {
    long earliest = log.earliest().orElse(0);
    if (version < earliest) {
      throw new MillraceException(
          LakeError.LK_011_HISTORY_GONE,
          Text.of(
              "the log of table %s begins with version %d; versions %d to %d are gone. Their"
                  + " follower has to start from the table's rows.",
              table.name(), earliest, version, earliest - 1));
    }
    if (version <= table.version()) {
      var _ = log.require(version);
    }
  }

  /**
   * Loads the changes of a version into a temp table: the table's columns at that version and
   * {@code _change_type} (insert, update_preimage, update_postimage, delete).
   *
   * @param name the temp table's, replaced if it is there
   * @return the table's columns and key at that version
   * @throws MillraceException LK-011 when the version's log or files are gone
   */
  public RowSchema load(Connection duck, long version, String name) {
    CommitLog.Commit commit = log.require(version);
    TableLayout layout = table.history().layout(version);
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE "
            + Sql.name(name)
            + " AS "
            + (commit.changeFiles().isEmpty()
                ? fromFiles(duck, commit, layout)
                : fromChangeFiles(commit, layout)));
    dropScratch(duck);
    return layout.schema();
  }

  private String fromChangeFiles(CommitLog.Commit commit, TableLayout layout) {
    SequencedMap<String, Long> sizes = new LinkedHashMap<>();
    commit.changeFiles().forEach(f -> sizes.put(f.path(), f.sizeBytes()));
    List<Path> files = table.folder().bring(sizes);
    List<PartitionValues> values =
        commit.changeFiles().stream().map(CommitLog.FileAction::partition).toList();
    String partitions =
        layout.partitions().stream()
            .map(p -> ", " + PartitionValues.column(p, values))
            .collect(Collectors.joining());
    return Text.of(
        "SELECT %s, _change_type FROM (SELECT *%s FROM read_parquet([%s], hive_partitioning ="
            + " false))",
        layout.fromPhysical(),
        partitions,
        files.stream().map(f -> Sql.text(f.toString())).collect(Collectors.joining(", ")));
  }

  /** A file on one side only changes by all its rows, one on both by the rows that died or rose. */
  private String fromFiles(Connection duck, CommitLog.Commit commit, TableLayout layout) {
    Map<String, LiveFile> before = files(commit.removed());
    Map<String, LiveFile> after = files(commit.added());
    List<LiveFile> inserted = new ArrayList<>();
    List<LiveFile> deleted = new ArrayList<>();
    List<LiveFile> died = new ArrayList<>();
    List<LiveFile> rose = new ArrayList<>();
    after.forEach((path, now) -> {
      LiveFile then = before.get(path);
      if (then == null) {
        inserted.add(now);
      } else {
        addIfAny(died, now, RoaringBitmap.andNot(now.dead(), then.dead()));
        addIfAny(rose, now, RoaringBitmap.andNot(then.dead(), now.dead()));
      }
    });
    before.forEach((path, then) -> {
      if (!after.containsKey(path)) {
        deleted.add(then);
      }
    });
    return Text.of(
        "SELECT *, 'insert' AS _change_type FROM (%s) UNION ALL SELECT *, 'delete' FROM (%s) UNION"
            + " ALL SELECT *, 'delete' FROM (%s) UNION ALL SELECT *, 'insert' FROM (%s)",
        scan(layout, inserted).rows(duck, SCRATCH.get(0)),
        scan(layout, deleted).rows(duck, SCRATCH.get(1)),
        scan(layout, died).deadRows(duck, SCRATCH.get(2)),
        scan(layout, rose).deadRows(duck, SCRATCH.get(3)));
  }

  private static void dropScratch(Connection duck) {
    SCRATCH.forEach(t -> Sql.run(duck, "DROP TABLE IF EXISTS temp.main." + Sql.name(t)));
  }

  private TableScan scan(TableLayout layout, List<LiveFile> files) {
    return new TableScan(table.folder(), layout, files);
  }

  private Map<String, LiveFile> files(List<CommitLog.FileAction> actions) {
    Map<String, LiveFile> files = new LinkedHashMap<>();
    for (CommitLog.FileAction action : actions) {
      if (action.dataChange()) {
        RoaringBitmap dead =
            action.vector().map(v -> v.read(table.folder())).orElseGet(RoaringBitmap::new);
        files.put(action.path(), file(action.path(), action.partition(), action.sizeBytes(), dead));
      }
    }
    return files;
  }

  private static void addIfAny(List<LiveFile> files, LiveFile file, RoaringBitmap rows) {
    if (!rows.isEmpty()) {
      files.add(file(file.path(), file.partition(), file.sizeBytes(), rows));
    }
  }

  private static LiveFile file(
      String path, PartitionValues partition, long sizeBytes, RoaringBitmap dead) {
    return new LiveFile(0, path, partition, sizeBytes, 0, null, -1, Optional.empty(), dead);
  }
}
