package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.sql.Connection;
import java.util.List;

/**
 * A table whose rows are a function of its cut: each cut changes a fifth of the keys, deletes some
 * and brings some back. A step is big enough for deletion vectors in a file of their own.
 */
final class Marching {
  static final TableName NAME = TableName.parse("dim.marching");
  static final RowSchema SCHEMA =
      new RowSchema(
          List.of(new Column("id", Simple.BIGINT, false), new Column("since", Simple.BIGINT, true)),
          List.of("id"));
  private static final int KEYS = 6000;

  private Marching() {}

  /** The rows at a cut. */
  static String rows(long cut) {
    return Text.of(
        "SELECT * FROM (SELECT i AS id, %1$d - ((hash(i) %% 5)::BIGINT + %1$d) %% 5 AS since FROM"
            + " range(%2$d) t(i)) WHERE (id + since) %% 11 > 0",
        cut, KEYS);
  }

  static DeltaTable create(Lake lake, Connection duck) {
    return lake.create(NAME, TableSpec.of(SCHEMA), Watermark.at(0, "d"), duck, rows(0));
  }

  /** Brings the table to the next cut. */
  static CommitResult step(DeltaTable table, Connection duck, Mirror mirror) {
    long cut = table.watermark().cut() + 1;
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE wanted AS " + rows(cut));
    RowDiff.Changes changes = RowDiff.of(table).into(duck, "changes", mirror.relation(), "wanted");
    return table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"));
  }

  /** How many rows of a relation are not those of a cut, or the other way round. */
  static long wrong(Connection duck, String relation, long cut) {
    String rows = "SELECT id, since FROM " + relation;
    return Sql.number(
        duck,
        Text.of(
            "SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s))",
            rows, rows(cut)));
  }
}
