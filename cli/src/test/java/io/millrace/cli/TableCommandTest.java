package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.ShardPosition;
import io.millrace.lake.ShardPositions;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TableCommandTest {
  private static final TableName NAME = TableName.parse("dim.t");
  private static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("amount", new DataType.Decimal(12, 2), true)),
          List.of("id"));

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Three versions of ten rows, each of them changed by a cut. */
  @BeforeEach
  void fill() throws SQLException {
    try (Lake lake = new Lake(directory);
        DuckDb duckDb = DuckDb.inMemory(directory.resolve(".spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      DeltaTable table =
          lake.create(
              NAME,
              TableSpec.of(SCHEMA),
              Watermark.at(0, "d"),
              duck,
              "SELECT i AS id, 0 AS amount FROM range(10) t(i)");
      Mirror mirror = Mirror.load(duck, table, "mirror");
      for (int cut = 1; cut <= 2; cut++) {
        Sql.run(
            duck,
            "CREATE OR REPLACE TEMP TABLE wanted AS SELECT id, CASE WHEN id = 1 THEN amount + 1"
                + " ELSE amount END AS amount FROM mirror");
        RowDiff.Changes changes =
            RowDiff.of(table).into(duck, "changes", mirror.relation(), "wanted");
        var _ = table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"));
      }
    }
  }

  @Test
  void describesATableAndListsItsVersions() {
    assertThat(run("describe", "dim.t")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .containsPattern("version +2")
        .containsPattern("rows +10")
        .containsPattern("amount +DECIMAL\\(12,2\\) +yes");
    assertThat(run("history", "dim.t", "--limit", "2")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("STREAMING UPDATE").doesNotContain("CREATE TABLE");
    assertThat(run("describe", "dim.none")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("CLI-006");
  }

  @Test
  void compactsVacuumsAndRestores() {
    assertThat(run("compact", "dim.t")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("version 3: 2 files").contains("1 dead rows went");
    assertThat(run("compact", "dim.t")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("needs no compaction");
    assertThat(run("compact", "dim.t", "--cluster-by", "none")).isEqualTo(ExitCode.USAGE);
    assertThat(run("vacuum", "dim.t")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("no service has announced this table");
    assertThat(run("vacuum", "dim.t", "--retention-hours", "1")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("LK-016");
    new ShardPositions(directory)
        .write(new ShardPosition("dimension", 0, 2, Map.of(), List.of("dim.t"), Map.of()));
    assertThat(run("vacuum", "dim.t", "--retention-hours", "1", "--dry-run"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("would be deleted");
    assertThat(run("restore", "dim.t", "--to-version", "1")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("LK-017");
    assertThat(run("restore", "dim.t", "--to-version", "1", "--force")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("version 4 of dim.t is version 1");
  }

  @Test
  void restoresTheVersionOfATime() {
    Instant at;
    try (Lake lake = new Lake(directory)) {
      at = lake.open(NAME).history().entries(3).get(1).at();
    }
    assertThat(run("restore", "dim.t", "--to-time", at.toString(), "--force"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("version 3 of dim.t is version 1");
    assertThat(run("restore", "dim.t", "--to-time", "2001-01-01T00:00:00Z"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("LK-011", "begins after 2001");
    assertThat(run("restore", "dim.t")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void namesTheVersionsOfACut() {
    new ShardPositions(directory)
        .write(new ShardPosition("dimension", 0, 7, Map.of(), List.of("dim.t"), Map.of()));
    assertThat(execute("at", "5", "--lake", directory.toString())).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).containsPattern("dim\\.t +2 +2");
    assertThat(execute("at", "1", "dim.t", "--lake", directory.toString())).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).containsPattern("dim\\.t +1 +1");
    assertThat(execute("at", "8", "--lake", directory.toString())).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("is not right at this cut");
    assertThat(execute("at", "8", "dim.t", "--lake", directory.toString()))
        .isEqualTo(ExitCode.FAILED);
  }

  private int execute(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private int run(String command, String table, String... more) {
    List<String> arguments = new ArrayList<>(List.of("table", command, table));
    arguments.addAll(List.of("--lake", directory.toString()));
    arguments.addAll(List.of(more));
    return execute(arguments.toArray(String[]::new));
  }
}
