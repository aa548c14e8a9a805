package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.OutsiderPolicy;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Spark changes and rearranges a table while a writer of ours goes on with it. */
@EnabledIfSystemProperty(named = "millrace.spark", matches = "true")
class SparkWritesLakeIT {
  private static final Path SPARK = Path.of("../spark").toAbsolutePath().normalize();
  private static final TableName NAME = TableName.parse("dim.orders");
  private static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("id", Simple.BIGINT, false),
              new Column("amount", Simple.INTEGER, true),
              new Column("tags", DataType.ofSql("VARCHAR[]"), true)),
          List.of("id"));

  /** Spark needs about a second between two of our commits to win. */
  private static final long PAUSE_MILLIS = 2500;

  @TempDir Path folder;
  private Lake lake;
  private DuckDb duckDb;
  private Connection duck;
  private DeltaTable table;
  private Mirror mirror;
  private Process spark;
  private BufferedReader answers;
  private long cut;

  @BeforeEach
  void open() throws IOException {
    lake = new Lake(folder.resolve("lake"));
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    table =
        lake.create(
            NAME,
            TableSpec.of(SCHEMA),
            Watermark.at(0, "d"),
            duck,
            "SELECT i AS id, 0 AS amount, ['t' || i] AS tags FROM range(1000) t(i)");
    mirror = Mirror.load(duck, table, "mirror");
    spark =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@jvm.options",
                "-cp",
                "target/classes:target/lib/*",
                "io.millrace.judge.SparkStatements")
            .directory(SPARK.toFile())
            .redirectError(folder.resolve("spark.log").toFile())
            .start();
    answers = spark.inputReader();
  }

  @AfterEach
  void close() throws SQLException {
    spark.destroyForcibly();
    duck.close();
    duckDb.close();
    lake.close();
  }

  /** Sets the amount of the first rows to the cut; whatever the other rows are, they stay. */
  private CommitResult step() {
    mirror.refresh(duck);
    cut++;
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT id, CASE WHEN id < 50 THEN "
            + cut
            + " ELSE amount END AS amount, tags FROM mirror");
    RowDiff.Changes changes = RowDiff.of(table).into(duck, "changes", "mirror", "wanted");
    CommitResult result = table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"));
    if (result instanceof CommitResult.Moved) {
      cut--;
    }
    return result;
  }

  /** Spark notes in the log that it has vacuumed, which a step may find in its way. */
  private CommitResult stepAfterVacuum() {
    CommitResult first = step();
    return first instanceof CommitResult.Moved ? step() : first;
  }

  /**
   * Makes steps until Spark has run a statement on the table, ever more seldom: on a slow machine
   * it never comes between them else.
   */
  private void besides(String statement) throws Exception {
    spark.outputWriter().write(statement.formatted("delta.`" + table.path() + "`") + "\n");
    spark.outputWriter().flush();
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    long pauseMillis = PAUSE_MILLIS;
    while (!answers.ready()) {
      assertThat(spark.isAlive()).as("%s", Files.readString(folder.resolve("spark.log"))).isTrue();
      assertThat(System.nanoTime()).as("Spark runs %s", statement).isLessThan(deadline);
      var _ = step();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
      pauseMillis += pauseMillis / 10;
    }
    String answer = answers.readLine();
    while (answer != null && answer.startsWith("Deleted ")) { // what VACUUM says by itself
      answer = answers.readLine();
    }
    assertThat(answer).isEqualTo("{\"done\":true}");
  }

  @Test
  void adoptsWhatSparkChangesAndGoesOnFromIt() throws Exception {
    lake.onOutsiders(OutsiderPolicy.ADOPT);
    besides("DELETE FROM %s WHERE id BETWEEN 100 AND 109");
    besides(
        "MERGE INTO %s t USING (SELECT id, -1 AS amount, array('spark') AS tags FROM (SELECT"
            + " explode(sequence(110L, 119L)) AS id UNION SELECT explode(sequence(2000L, 2004L))))"
            + " s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *");
    besides("OPTIMIZE %s");
    besides("VACUUM %s");
    assertThat(stepAfterVacuum()).isInstanceOf(CommitResult.Committed.class);
    List<Long> adopted = table.adopted();
    assertThat(adopted).hasSize(2);
    table.changes().load(duck, adopted.getFirst(), "feed");
    assertThat(counted("_change_type = 'delete' AND id BETWEEN 100 AND 109")).isEqualTo(10);
    assertThat(counted("true")).isEqualTo(10);
    table.changes().load(duck, adopted.getLast(), "feed");
    assertThat(counted("_change_type = 'insert' AND id >= 2000 AND tags = ['spark']")).isEqualTo(5);
    assertThat(counted("_change_type = 'update_postimage' AND amount = -1")).isEqualTo(10);
    assertThat(counted("_change_type = 'update_preimage' AND tags = ['t' || id]")).isEqualTo(10);
    assertThat(counted("true")).isEqualTo(25);
    requireRows("mirror");
    DeltaTable follower = lake.open(NAME);
    assertThat(follower.version()).isEqualTo(table.version());
    requireRows(Mirror.load(duck, follower, "follower").relation());
    try (SparkReader reader = new SparkReader(lake.root(), folder.resolve("spark"))) {
      assertThat(reader.disagreements(NAME)).isEmpty();
    }
  }

  private long counted(String condition) {
    return Sql.number(duck, "SELECT count(*) FROM feed WHERE " + condition);
  }

  private void requireRows(String relation) {
    assertThat(
            Sql.number(
                duck,
                "SELECT count(*) FROM %s WHERE (id < 50 AND amount = %d AND tags = ['t' || id]) OR (id BETWEEN 50 AND 999 AND id NOT BETWEEN 100 AND 119 AND amount = 0) OR ((id BETWEEN 110 AND 119 OR id BETWEEN 2000 AND 2004) AND amount = -1 AND tags = ['spark'])"
                    .formatted(relation, cut)))
        .isEqualTo(995);
    assertThat(Sql.number(duck, "SELECT count(*) FROM " + relation)).isEqualTo(995);
  }

  @Test
  void stopsAtRowsThatSparkChangesButNotAtFilesThatItRearranges() throws Exception {
    besides("OPTIMIZE %s");
    besides("VACUUM %s");
    assertThat(stepAfterVacuum()).isInstanceOf(CommitResult.Committed.class);
    assertThatThrownBy(
            () -> {
              besides("DELETE FROM %s WHERE id = 100");
              var _ = step();
            })
        .hasMessageStartingWith("LK-006")
        .hasMessageContaining("dim.orders was changed by somebody else in version");
    assertThat(table.adopted()).isEmpty();
  }
}
