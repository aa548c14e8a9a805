package io.millrace.lake;

import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.exceptions.TableAlreadyExistsException;
import io.delta.kernel.transaction.DataLayoutSpec;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes version 0 of a table. */
final class TableCreation {
  private static final Map<String, String> PROPERTIES =
      Map.of(
          "delta.columnMapping.mode", "name",
          "delta.enableDeletionVectors", "true",
          "delta.enableChangeDataFeed", "true",
          "delta.enableInCommitTimestamps", "true",
          "delta.feature.domainMetadata", "supported",
          "delta.feature.timestampNtz", "supported",
          "delta.checkpointInterval", "50");

  private TableCreation() {}

  static DeltaTable create(
      Lake lake,
      TableName name,
      TableSpec spec,
      Watermark first,
      List<DataFiles.Written> initialRows) {
    Path path = lake.path(name);
    Watermark stamped = first.stamped();
    TableLayout layout = TableLayout.of(spec);
    try {
      commit(lake, path, layout, spec, stamped, initialRows);
    } catch (TableAlreadyExistsException e) {
      throw exists(name, path, e);
    } catch (RuntimeException e) {
      if (!lake.exists(name)) {
        throw new MillraceException(
            LakeError.LK_007_COMMIT_FAILED,
            "table " + name + " could not be created at " + path + ". It is tried again.",
            e);
      }
      if (!lake.folder(name)
          .log()
          .read(0)
          .flatMap(CommitLog.Commit::watermark)
          .equals(Optional.of(stamped))) {
        throw exists(name, path, e);
      }
    }
    return DeltaTable.open(lake, name);
  }

  private static void commit(
      Lake lake,
      Path path,
      TableLayout layout,
      TableSpec spec,
      Watermark first,
      List<DataFiles.Written> initialRows) {
    Map<String, String> properties = new HashMap<>(spec.properties());
    properties.putAll(layout.properties());
    properties.putAll(PROPERTIES);
    Transaction transaction =
        TableManager.buildCreateTableTransaction(
                path.toString(), layout.struct(), DeltaTable.ENGINE)
            .withTableProperties(properties)
            .withDataLayoutSpec(dataLayout(layout))
            .withMaxRetries(0)
            .withCommitter(new LakeCommitter())
            .build(lake.engine());
    transaction.addDomainMetadata(Watermark.DOMAIN, first.toJson(0));
    transaction.withCommitterProperties(
        () -> Map.of(LakeCommitter.CUT, String.valueOf(first.cut())));
    List<LiveFile> files = initialRows.stream().map(LiveFile::of).toList();
    TransactionCommitResult result =
        transaction.commit(
            lake.engine(),
            CloseableIterable.inMemoryIterable(
                LocalFiles.closeable(
                    LogActions.of(FileChanges.append(files), lake.clock().millis()).iterator())));
    lake.upkeep().after(path, result.getPostCommitHooks(), () -> {});
  }

  private static DataLayoutSpec dataLayout(TableLayout layout) {
    return layout.partitions().isEmpty()
        ? DataLayoutSpec.noDataLayout()
        : DataLayoutSpec.partitioned(
            layout.partitions().stream()
                .map(p -> new io.delta.kernel.expressions.Column(p.column().name()))
                .toList());
  }

  private static MillraceException exists(TableName name, Path path, RuntimeException cause) {
    return new MillraceException(
        LakeError.LK_002_TABLE_EXISTS,
        "table " + name + " is there already at " + path + ". Open it, or drop it first.",
        cause);
  }
}
