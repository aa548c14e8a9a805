package io.millrace.lake;

import io.delta.kernel.commit.CommitFailedException;
import io.delta.kernel.commit.CommitMetadata;
import io.delta.kernel.commit.CommitResponse;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.actions.CommitInfo;
import io.delta.kernel.internal.actions.RemoveFile;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.commit.DefaultFileSystemManagedTableOnlyCommitter;
import io.delta.kernel.internal.data.DelegateRow;
import io.delta.kernel.internal.util.VectorUtils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes a commit's lines, with two things that Kernel does not do: adds and removes that change
 * data stand side by side in a table with a change feed (our change files say what changed), and
 * {@code commitInfo} tells the cut, or by its usual name an operation that Kernel does not know.
 */
final class LakeCommitter extends DefaultFileSystemManagedTableOnlyCommitter {

  /** Committer property: the cut that the commit shows. Its presence says that data changes. */
  static final String CUT = "millrace.cut";

  /** Committer property: the name of the operation, instead of Kernel's. */
  static final String OPERATION = "millrace.operation";

  private static final int OPERATION_NAME = CommitInfo.FULL_SCHEMA.indexOf("operation");
  private static final int PARAMETERS = CommitInfo.FULL_SCHEMA.indexOf("operationParameters");

  @Override
  public CommitResponse commit(
      Engine engine, CloseableIterator<Row> finalizedActions, CommitMetadata commitMetadata)
      throws CommitFailedException {
    Map<String, String> properties = commitMetadata.getCommitterProperties().get();
    return super.commit(
        engine, finalizedActions.map(row -> rewritten(row, properties)), commitMetadata);
  }

  private static Row rewritten(Row row, Map<String, String> properties) {
    if (!row.isNullAt(SingleAction.COMMIT_INFO_ORDINAL)) {
      return told(row, properties);
    }
    if (!properties.containsKey(CUT)) {
      return row;
    }
    if (!row.isNullAt(SingleAction.ADD_FILE_ORDINAL)) {
      return changesData(row, SingleAction.ADD_FILE_ORDINAL, AddFile.FULL_SCHEMA);
    }
    if (!row.isNullAt(SingleAction.REMOVE_FILE_ORDINAL)) {
      return changesData(row, SingleAction.REMOVE_FILE_ORDINAL, RemoveFile.FULL_SCHEMA);
    }
    return row;
  }

  private static Row told(Row row, Map<String, String> properties) {
    Row info = row.getStruct(SingleAction.COMMIT_INFO_ORDINAL);
    Map<Integer, Object> values = new HashMap<>();
    String cut = properties.get(CUT);
    if (cut != null) {
      Map<String, String> parameters = new HashMap<>();
      parameters.putAll(VectorUtils.<String, String>toJavaMap(info.getMap(PARAMETERS)));
      parameters.put("cut", cut);
      values.put(PARAMETERS, VectorUtils.stringStringMapValue(parameters));
    }
    String operation = properties.get(OPERATION);
    if (operation != null) {
      values.put(OPERATION_NAME, operation);
    }
    return values.isEmpty()
        ? row
        : with(row, SingleAction.COMMIT_INFO_ORDINAL, new DelegateRow(info, values));
  }

  private static Row changesData(Row row, int action, StructType schema) {
    Row file = row.getStruct(action);
    return with(row, action, new DelegateRow(file, Map.of(schema.indexOf("dataChange"), true)));
  }

  private static Row with(Row row, int ordinal, Row value) {
    return new DelegateRow(row, Map.of(ordinal, value));
  }
}
