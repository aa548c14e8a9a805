package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Kinds of tables that no service makes yet, as Spark reads them. */
@EnabledIfSystemProperty(named = "millrace.spark", matches = "true")
class SparkReadsLakeIT {
  private static final TableName NAME = TableName.parse("dim.regions");
  private static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("day", Simple.DATE, true),
              new Column("id", Simple.BIGINT, false),
              new Column("region", Simple.VARCHAR, true),
              new Column("amount", Simple.INTEGER, true)),
          List.of("id"));

  @TempDir Path folder;

  @Test
  void aPartitionedTableWithItsChanges() throws Exception {
    Path root = folder.resolve("lake");
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      DeltaTable table =
          lake.create(
              NAME,
              TableSpec.of(SCHEMA).partitionedBy(List.of("region", "day")),
              Watermark.at(0, "d"),
              duck,
              rows(0));
      Mirror mirror = Mirror.load(duck, table, "mirror");
      for (int cut = 1; cut <= 6; cut++) {
        Sql.run(duck, "CREATE OR REPLACE TEMP TABLE wanted AS " + rows(cut));
        RowDiff.Changes changes = RowDiff.of(table).into(duck, "changes", "mirror", "wanted");
        assertThat(table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d")))
            .isInstanceOf(CommitResult.Committed.class);
        if (cut == 4) {
          assertThat(lake.maintenance(NAME).compact(duck, CompactionGoal.usual()).none()).isFalse();
          table.refresh();
          mirror.refresh(duck);
        }
      }
    }
    try (SparkReader spark = new SparkReader(root, folder.resolve("spark"))) {
      assertThat(spark.disagreements(NAME)).isEmpty();
    }
  }

  /** Rows that come, go, change, and move from partition to partition. */
  private static String rows(int cut) {
    return "SELECT DATE '2026-01-01' + ((i + "
        + cut
        + ") // 60)::INT AS day, i AS id, ['a b/1', NULL, 'c=\"%', 'NULL'][1 + (i + "
        + cut
        + " * (i % 3 // 2)) % 4] AS region, (i * "
        + cut
        + " % 5)::INT AS amount FROM range("
        + cut * 10
        + ", "
        + (200 + cut * 15)
        + ") t(i)";
  }
}
