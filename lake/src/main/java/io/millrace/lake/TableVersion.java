package io.millrace.lake;

import io.delta.kernel.Operation;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.contracts.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A table's newest version as maintenance sees it: beside the table's writer, never in its place.
 * At most one commit is made from it.
 */
record TableVersion(
    Lake lake, TableName name, Snapshot snapshot, TableLayout layout, LiveFiles live) {

  /** Loads the newest. */
  static TableVersion newest(Lake lake, TableName name) {
    return newest(lake, name, LogActions::filesOf);
  }

  /** The same without the files' dead rows: it can be loaded when some of its files are gone. */
  static TableVersion newestAsLogged(Lake lake, TableName name) {
    return newest(lake, name, LogActions::filesAsLogged);
  }

  private static TableVersion newest(
      Lake lake, TableName name, BiFunction<Snapshot, TableFolder, List<LiveFile>> files) {
    Snapshot snapshot = DeltaTable.load(lake, name, new LakeCommitter());
    Features.requireWritable(name, snapshot);
    LiveFiles live = new LiveFiles();
    live.replaceAll(files.apply(snapshot, lake.folder(name)));
    return new TableVersion(lake, name, snapshot, TableLayout.of(snapshot), live);
  }

  long version() {
    return snapshot.getVersion();
  }

  /** Whether it holds these files as they are. */
  boolean holds(List<LiveFile> files) {
    return files.stream().allMatch(f -> f.sameAs(live.get(f.ordinal())));
  }

  /**
   * Commits the next version, or fails because somebody else made it first.
   *
   * @param operation its name in the log
   * @param watermark stored when rows change; without one no row changes
   */
  void commit(FileChanges files, String operation, Optional<Watermark> watermark) {
    Transaction transaction =
        snapshot
            .buildUpdateTableTransaction(DeltaTable.ENGINE, Operation.MANUAL_UPDATE)
            .withMaxRetries(0)
            .build(lake.engine());
    Map<String, String> told = new HashMap<>(Map.of(LakeCommitter.OPERATION, operation));
    watermark.ifPresent(w -> {
      transaction.addDomainMetadata(Watermark.DOMAIN, w.toJson(version() + 1));
      told.put(LakeCommitter.CUT, String.valueOf(w.cut()));
    });
    transaction.withCommitterProperties(() -> told);
    TransactionCommitResult result =
        transaction.commit(
            lake.engine(),
            CloseableIterable.inMemoryIterable(
                LocalFiles.closeable(LogActions.of(files, lake.clock().millis()).iterator())));
    lake.upkeep().after(lake.path(name), result.getPostCommitHooks(), () -> {});
  }
}
