package io.millrace.lake;

import io.delta.kernel.Operation;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.transaction.UpdateTableTransactionBuilder;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A table at a version: its newest when opened, then the one of its own last commit. One thread.
 * Any number of objects may stand for one table, in any number of processes; only one of them can
 * commit after a version, and the others learn by the watermark whether to follow or to give up.
 *
 * <pre>
 * open -> version v -- commit --> v+1 (Committed)
 *                      error ---> settled: own commit found (Committed), files rearranged (Moved),
 *                                 nothing there (LK-007), fenced (LK-005), outsider (LK-006)
 *                      log unreadable: LK-003; the next call settles it first
 * </pre>
 */
public final class DeltaTable {
  static final String ENGINE = "millrace";

  private final Lake lake;
  private final TableName name;
  private final TableFolder folder;
  private final CommitJudge judge;
  private final LakeCommitter committer = new LakeCommitter();
  private final LiveFiles live = new LiveFiles();

  private Snapshot snapshot;
  private TableLayout layout;
  private Watermark watermark;
  private final String id;

  /** Every commit through this version is known to be ours or to change no data. */
  private long judged;

  /** Id of a commit whose outcome is unknown. */
  private @Nullable String pending;

  /** Versions of others whose changes of rows were taken over. */
  private final List<Long> adopted = new ArrayList<>();

  /** A fresh snapshot is better than one grown by commits. */
  private volatile boolean reload;

  private DeltaTable(Lake lake, TableName name, Snapshot snapshot, Watermark.Stored stored) {
    this.lake = lake;
    this.name = name;
    this.folder = lake.folder(name);
    this.snapshot = snapshot;
    this.layout = TableLayout.of(snapshot);
    this.watermark = stored.watermark();
    this.judged = stored.version();
    this.id = LogActions.tableId(snapshot);
    this.judge = new CommitJudge(lake, name, id);
    live.replaceAll(LogActions.filesOf(snapshot, folder));
  }

  static DeltaTable open(Lake lake, TableName name) {
    Snapshot snapshot = load(lake, name, new LakeCommitter());
    return new DeltaTable(lake, name, snapshot, stored(name, snapshot));
  }

  /** Its name. */
  public TableName name() {
    return name;
  }

  /** Where it lies. */
  public Path path() {
    return folder.path();
  }

  TableFolder folder() {
    return folder;
  }

  /** Its id, which a table that is dropped and created again does not keep. */
  public String id() {
    return id;
  }

  /** The version this object is at. */
  public long version() {
    return snapshot.getVersion();
  }

  /** Its columns and key at that version. */
  public RowSchema schema() {
    return layout.schema();
  }

  /** What that version shows. */
  public Watermark watermark() {
    return watermark;
  }

  /** Its properties at that version, those given at creation among them. */
  public Map<String, String> properties() {
    return Map.copyOf(snapshot.getTableProperties());
  }

  /**
   * Refuses a table whose files are kept apart by other columns, which Delta cannot change.
   *
   * @throws MillraceException LK-020
   */
  public void requirePartitionedBy(List<String> columns) {
    if (!layout.partitionBy().equals(columns)) {
      throw new MillraceException(
          LakeError.LK_020_OTHER_PARTITIONS,
          Text.of(
              "table %s is partitioned by (%s) and was to be by (%s), which no table can change to."
                  + " Write PARTITION BY as it was, or give the statement another name.",
              name, String.join(", ", layout.partitionBy()), String.join(", ", columns)));
    }
  }

  /** Rows alive at that version, or -1 when the log does not tell. */
  public long rows() {
    long rows = 0;
    for (LiveFile file : live.all()) {
      if (file.rows() < 0) {
        return -1;
      }
      rows += file.rows() - file.dead().getLongCardinality();
    }
    return rows;
  }

  /**
   * How its rows lie in files.
   *
   * @param files data files
   * @param bytes their size
   * @param rows rows in them, dead ones included; -1 when the log does not tell
   * @param deadRows rows that deletion vectors hide
   */
  public record Storage(long files, long bytes, long rows, long deadRows) {}

  /** How its rows lie in files at that version. */
  public Storage storage() {
    Collection<LiveFile> files = live.all();
    long dead = files.stream().mapToLong(f -> f.dead().getLongCardinality()).sum();
    return new Storage(
        files.size(),
        files.stream().mapToLong(LiveFile::sizeBytes).sum(),
        rows() < 0 ? -1 : rows() + dead,
        dead);
  }

  /** Whether its files have become many or dead enough for {@link Maintenance#compact}. */
  public boolean compactionDue(CompactionGoal goal) {
    return Compaction.due(live.all(), goal);
  }

  /**
   * Versions by which somebody else changed rows, and that this object adopted ({@link
   * OutsiderPolicy}), oldest first.
   */
  public List<Long> adopted() {
    return List.copyOf(adopted);
  }

  /** Its versions. */
  public TableHistory history() {
    return new TableHistory(lake, this);
  }

  /** Its row changes. */
  public ChangeFeed changes() {
    return new ChangeFeed(this);
  }

  TableScan scan() {
    return scanOf(live.all());
  }

  /** How its files differ from those of an earlier version. */
  FileDifference filesSince(Collection<LiveFile> earlier) {
    return FileDifference.between(earlier, live);
  }

  TableScan scanOf(Collection<LiveFile> files) {
    return new TableScan(folder, layout, files);
  }

  /**
   * Commits row changes as the next version: Parquet files of the new rows, deletion vectors for
   * the old ones, the change feed and the watermark, all or nothing. Cost follows the change.
   *
   * @param duck in autocommit mode; reads the changes and keeps the mirror
   * @param mirror the mirror that the changes were computed from; it shows the new version after
   * @param changes name of a relation as {@link RowDiff} makes it, as SQL text
   * @throws MillraceException LK-005, LK-006 to give the table up; LK-003, LK-004, LK-007 to
   *     refresh the mirror, plan again from {@link #watermark()} and try again
   */
  public CommitResult commit(Connection duck, Mirror mirror, String changes, Watermark next) {
    return commit(duck, mirror, changes, next, layout.schema());
  }

  /** Commits row changes together with other columns, none of them renamed. */
  public CommitResult commit(
      Connection duck, Mirror mirror, String changes, Watermark next, RowSchema schema) {
    return commit(duck, mirror, changes, next, Evolution.to(schema));
  }

  /** Commits row changes, computed by a {@link RowDiff} of this evolution, with other columns. */
  public CommitResult commit(
      Connection duck, Mirror mirror, String changes, Watermark next, Evolution evolution) {
    return commit(duck, mirror, RowChanges.of(duck, name, changes).found(), next, evolution);
  }

  /** Commits row changes as they were counted. */
  public CommitResult commit(
      Connection duck,
      Mirror mirror,
      RowDiff.Changes changes,
      Watermark next,
      Evolution evolution) {
    settle();
    Features.requireWritable(name, snapshot);
    mirror.requireCurrent();
    RowChanges rows = RowChanges.of(name, changes);
    if (rows.removed() > 0) {
      Features.requireRemovable(name, snapshot);
    }
    TableLayout evolved = layout.evolvedTo(evolution);
    DataFiles.OfChanges written = folder.dataFiles().of(duck, live, evolved, rows);
    boolean sameColumns = evolved.equals(layout);
    CommitResult result = commit(written.files(), next, evolved, rows.written(), rows.removed());
    if (result instanceof CommitResult.Committed committed && committed.version() == version()) {
      if (sameColumns) {
        mirror.follow(duck, rows, written);
      } else {
        mirror.forget();
      }
    }
    return result;
  }

  /**
   * Appends the rows of a query to a table without a key, or, with none, commits the watermark
   * alone.
   *
   * @throws MillraceException as {@link #commit}
   */
  public CommitResult append(Connection duck, String select, Watermark next) {
    settle();
    Features.requireWritable(name, snapshot);
    List<LiveFile> added =
        folder.dataFiles().rows(duck, layout, select).stream().map(LiveFile::of).toList();
    long rows = added.stream().mapToLong(LiveFile::rows).sum();
    CommitResult result = commit(FileChanges.append(added), next, layout, rows, 0);
    return result instanceof CommitResult.Moved
        ? commit(FileChanges.append(added), next, layout, rows, 0)
        : result;
  }

  private CommitResult commit(
      FileChanges files, Watermark next, TableLayout evolved, long inserted, long deleted) {
    if (next.cut() < watermark.cut()) {
      throw new MillraceException(
          LakeError.LK_012_CUT_REGRESSES,
          Text.of(
              "a commit to table %s is for cut %d, but the table shows cut %d. Plan from the"
                  + " table's watermark.",
              name, next.cut(), watermark.cut()));
    }
    long version = version() + 1;
    Watermark stamped = next.stamped();
    pending = stamped.commit();
    CommitResult.Committed success =
        new CommitResult.Committed(
            version, inserted, deleted, files.added().size(), files.bytesAdded());
    TransactionCommitResult result;
    try {
      result = write(files, stamped, evolved, version);
    } catch (RuntimeException e) {
      return settleFailure(success, e);
    }
    snapshot = result.getPostCommitSnapshot().orElseGet(() -> load(lake, name, committer));
    layout = TableLayout.of(snapshot);
    watermark = stamped;
    judged = version;
    pending = null;
    live.apply(files);
    lake.upkeep().after(folder.path(), result.getPostCommitHooks(), () -> reload = true);
    return success;
  }

  /** Refuses a table that we would not write right (LK-019). */
  void requireWritable() {
    Features.requireWritable(name, snapshot);
  }

  private TransactionCommitResult write(
      FileChanges files, Watermark stamped, TableLayout evolved, long version) {
    UpdateTableTransactionBuilder builder =
        snapshot.buildUpdateTableTransaction(ENGINE, Operation.STREAMING_UPDATE).withMaxRetries(0);
    if (!evolved.equals(layout)) {
      Map<String, String> properties = new HashMap<>(evolved.properties());
      if (evolved.widens(layout)) {
        properties.put("delta.enableTypeWidening", "true");
      }
      builder = builder.withUpdatedSchema(evolved.struct()).withTablePropertiesAdded(properties);
    }
    Transaction transaction = builder.build(lake.engine());
    transaction.addDomainMetadata(Watermark.DOMAIN, stamped.toJson(version));
    transaction.withCommitterProperties(
        () -> Map.of(LakeCommitter.CUT, String.valueOf(stamped.cut())));
    return transaction.commit(
        lake.engine(),
        CloseableIterable.inMemoryIterable(
            LocalFiles.closeable(LogActions.of(files, lake.clock().millis()).iterator())));
  }

  private CommitResult settleFailure(CommitResult.Committed success, RuntimeException cause) {
    long before = version();
    OptionalLong own = catchUp();
    if (own.isPresent()) {
      return success;
    }
    if (version() != before) {
      return new CommitResult.Moved(version());
    }
    throw new MillraceException(
        LakeError.LK_007_COMMIT_FAILED,
        Text.of(
            "table %s could not be brought to version %d; the log holds nothing of it. It is tried"
                + " again.",
            name, success.version()),
        cause);
  }

  /** Brings this object to the table's newest version. */
  public void refresh() {
    var _ = catchUp();
  }

  /** Judges what is not yet judged before anything is written. */
  void settle() {
    if (pending != null || reload || judged < version()) {
      refresh();
    }
  }

  /**
   * Loads the newest version and judges every commit since the last one known.
   *
   * @return the version of the pending commit, if it is among them
   */
  private OptionalLong catchUp() {
    Snapshot newest = load(lake, name, committer);
    reload = false;
    CommitJudge.Verdict verdict = judge.of(newest, version(), judged, pending);
    adopted.addAll(verdict.adopted());
    boolean moved = newest.getVersion() != version();
    snapshot = newest;
    if (moved) {
      layout = TableLayout.of(newest);
      watermark = stored(name, newest).watermark();
      live.replaceAll(LogActions.filesOf(newest, folder));
    }
    judged = newest.getVersion();
    pending = null;
    return verdict.own();
  }

  static Snapshot load(Lake lake, TableName name, LakeCommitter committer) {
    Path path = lake.path(name);
    try {
      Snapshot snapshot =
          TableManager.loadSnapshot(path.toString()).withCommitter(committer).build(lake.engine());
      Features.requireReadable(name, snapshot);
      return snapshot;
    } catch (MillraceException e) {
      throw e;
    } catch (TableNotFoundException e) {
      throw new MillraceException(
          LakeError.LK_001_NOT_A_TABLE, "there is no table " + name + " at " + path + ".", e);
    } catch (RuntimeException e) {
      throw Features.refusal(name, e).orElseGet(() -> lake.folder(name).log().unreadable(e));
    }
  }

  static Watermark.Stored stored(TableName name, Snapshot snapshot) {
    return snapshot
        .getDomainMetadata(Watermark.DOMAIN)
        .map(Watermark::parse)
        .orElseThrow(() ->
            new MillraceException(
                LakeError.LK_014_NOT_OURS,
                "table " + name + " has no watermark: Millrace did not write it."));
  }
}
