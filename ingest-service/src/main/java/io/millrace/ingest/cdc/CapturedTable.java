package io.millrace.ingest.cdc;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import java.util.List;
import java.util.Set;

/**
 * A captured table as the catalog describes it now.
 *
 * @param declared what the source file says
 * @param fileNode changes when the table is rewritten or truncated
 * @param replicaIdentity {@code pg_class.relreplident}
 * @param estimatedRows the planner's estimate, negative if it has none
 * @param columns that can be read, in the table's order
 * @param leftOut names of columns whose type has no form here
 * @param key names of the primary key's columns, in key order
 * @param partitions that hold rows of it, at any depth, by oid
 * @param alterations is another text when a column was added or altered
 * @param filled names of columns whose default stands in rows that are older than the column
 */
record CapturedTable(
    CdcTable declared,
    long fileNode,
    char replicaIdentity,
    long estimatedRows,
    List<CapturedColumn> columns,
    Set<String> leftOut,
    List<String> key,
    List<Partition> partitions,
    String alterations,
    Set<String> filled) {

  /**
   * A column that can be read.
   *
   * @param typeName its base type in {@code pg_type}
   * @param toastable whether its value may be stored, and logged, out of line
   */
  record CapturedColumn(String name, DataType type, String typeName, boolean toastable) {}

  /**
   * A partition with rows.
   *
   * @param oid of the table that it is
   * @param attachedBy the transaction that made it one, or the partition that it is in
   * @param command which of that transaction's commands did
   * @param fileNode changes when it is rewritten or truncated
   * @param name as it stands in SQL
   * @param readable whether it may be read by itself
   */
  record Partition(
      long oid, long attachedBy, long command, long fileNode, String name, boolean readable) {

    /** What is another when the partition may hold other rows than the log told. */
    String mark() {
      return oid + " " + attachedBy + " " + fileNode;
    }
  }

  /** Columns and key; only key columns are declared not null, as the log may hold older rows. */
  RowSchema schema() {
    return new RowSchema(
        columns.stream().map(c -> new Column(c.name(), c.type(), !key.contains(c.name()))).toList(),
        key);
  }

  boolean logsWholeOldRows() {
    return replicaIdentity == 'f';
  }

  /** Columns whose unchanged values the log may leave out. */
  List<String> unloggedColumns() {
    return logsWholeOldRows()
        ? List.of()
        : columns.stream()
            .filter(c -> c.toastable() && !key.contains(c.name()))
            .map(CapturedColumn::name)
            .toList();
  }

  /** The same table without its estimate, to see whether it was altered. */
  CapturedTable withoutEstimate() {
    return new CapturedTable(
        declared,
        fileNode,
        replicaIdentity,
        -1,
        columns,
        leftOut,
        key,
        partitions,
        alterations,
        filled);
  }
}
