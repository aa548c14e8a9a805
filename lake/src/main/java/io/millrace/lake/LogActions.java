package io.millrace.lake;

import io.delta.kernel.Snapshot;
import io.delta.kernel.data.MapValue;
import io.delta.kernel.data.Row;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.ScanImpl;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.actions.AddCDCFile;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.actions.RemoveFile;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.data.GenericRow;
import io.delta.kernel.internal.util.VectorUtils;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Our files as the rows that Kernel writes to the log and reads from it. Kernel has no public form
 * of removes, deletion vectors and change files: with {@link DeletionVector} and {@link
 * LakeCommitter} this is the only class that knows its internal ones.
 */
final class LogActions {
  private static final StructType CHANGE_FILE =
      AddCDCFile.FULL_SCHEMA.add("dataChange", BooleanType.BOOLEAN, false);
  private static final StructType WITH_CHANGE_FILE = withChangeFile();

  private LogActions() {}

  /**
   * The rows of a commit. They say that no data changes, because Kernel refuses adds beside removes
   * in a table with a change feed; {@link LakeCommitter} puts that right as it writes them.
   */
  static List<Row> of(FileChanges changes, long nowMillis) {
    List<Row> rows = new ArrayList<>();
    changes.removed().forEach(f -> rows.add(remove(f, nowMillis)));
    changes.readded().forEach(f -> rows.add(add(f)));
    changes.added().forEach(f -> rows.add(add(f)));
    changes.changes().forEach(f -> rows.add(changeFile(f)));
    return rows;
  }

  private static Row add(LiveFile file) {
    Map<String, Object> values = new HashMap<>();
    values.put("path", file.path());
    values.put("partitionValues", partition(file.partition()));
    values.put("size", file.sizeBytes());
    values.put("modificationTime", file.modifiedMillis());
    values.put("dataChange", false);
    file.vector().ifPresent(v -> values.put("deletionVector", v.descriptor().toRow()));
    if (file.statistics() != null) {
      values.put("stats", file.statistics());
    }
    return SingleAction.createAddFileSingleAction(row(AddFile.FULL_SCHEMA, values));
  }

  private static Row remove(LiveFile file, long nowMillis) {
    Map<String, Object> values = new HashMap<>();
    values.put("path", file.path());
    values.put("deletionTimestamp", nowMillis);
    values.put("dataChange", false);
    values.put("extendedFileMetadata", true);
    values.put("partitionValues", partition(file.partition()));
    values.put("size", file.sizeBytes());
    file.vector().ifPresent(v -> values.put("deletionVector", v.descriptor().toRow()));
    return SingleAction.createRemoveFileSingleAction(row(RemoveFile.FULL_SCHEMA, values));
  }

  private static Row changeFile(DataFiles.Written file) {
    Map<String, Object> values = new HashMap<>();
    values.put("path", file.path());
    values.put("partitionValues", partition(file.partition()));
    values.put("size", file.sizeBytes());
    values.put("dataChange", false);
    return row(WITH_CHANGE_FILE, Map.of("cdc", row(CHANGE_FILE, values)));
  }

  /** The files of a snapshot, with numbers and dead rows, whose files are brought all at once. */
  static List<LiveFile> filesOf(Snapshot snapshot, TableFolder table) {
    List<LiveFile> files = filesAsLogged(snapshot, table);
    table.bringEach(
        files.stream()
            .flatMap(f -> f.vector().stream())
            .flatMap(v -> v.file(table.path()).stream())
            .distinct()
            .toList());
    return files.stream().map(f -> f.withDeadRead(table)).toList();
  }

  /** The same without their dead rows, for which no file but the log is read. */
  static List<LiveFile> filesAsLogged(Snapshot snapshot, TableFolder table) {
    List<LiveFile> files = new ArrayList<>();
    ScanImpl scan = (ScanImpl) snapshot.getScanBuilder().build();
    try (CloseableIterator<io.delta.kernel.data.FilteredColumnarBatch> batches =
        scan.getScanFiles(table.engine(), true)) {
      while (batches.hasNext()) {
        try (CloseableIterator<Row> rows = batches.next().getRows()) {
          while (rows.hasNext()) {
            AddFile add =
                new AddFile(rows.next().getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL));
            files.add(
                new LiveFile(
                    LiveFiles.ordinal(add.getPath()),
                    add.getPath(),
                    new PartitionValues(
                        VectorUtils.<String, @Nullable String>toJavaMap(add.getPartitionValues())),
                    add.getSize(),
                    add.getModificationTime(),
                    add.getStatsJson().orElse(null),
                    FileStatistics.rows(add.getStatsJson().orElse(null)),
                    add.getDeletionVector().map(DeletionVector::of),
                    new RoaringBitmap()));
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      throw table.log().unreadable(e);
    }
    return files;
  }

  /** The features that reading the table, or reading and writing it, takes. */
  static Set<String> features(Snapshot snapshot, boolean writing) {
    Protocol protocol = ((SnapshotImpl) snapshot).getProtocol();
    return writing ? protocol.getReaderAndWriterFeatures() : protocol.getReaderFeatures();
  }

  /** The table's id. */
  static String tableId(Snapshot snapshot) {
    return snapshot.getMetadata().getId();
  }

  private static MapValue partition(PartitionValues partition) {
    return VectorUtils.stringStringMapValue(partition.byName());
  }

  private static Row row(StructType schema, Map<String, Object> byName) {
    Map<Integer, Object> values = new HashMap<>();
    byName.forEach((name, value) -> values.put(schema.indexOf(name), value));
    return new GenericRow(schema, values);
  }

  /** Kernel's schema of a log line with a change file that is more than an empty struct. */
  private static StructType withChangeFile() {
    StructType schema = new StructType();
    for (StructField field : SingleAction.FULL_SCHEMA.fields()) {
      schema = field.getName().equals("cdc") ? schema.add("cdc", CHANGE_FILE) : schema.add(field);
    }
    return schema;
  }
}
