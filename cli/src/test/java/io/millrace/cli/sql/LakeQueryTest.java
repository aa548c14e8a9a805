package io.millrace.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LakeQueryTest {
  private static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("amount", new DataType.Decimal(12, 2), true)),
          List.of("id"));

  @TempDir Path directory;
  private Path root;

  /** staging.t: one row at cut 0, two at cut 5, right through 9. marts.m: as it at 0 and 5. */
  @BeforeEach
  void fill() throws SQLException {
    root = directory.resolve("lake");
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      for (String name : List.of("staging.t", "marts.m")) {
        DeltaTable table =
            lake.create(
                TableName.parse(name),
                TableSpec.of(SCHEMA),
                Watermark.at(0, "d"),
                duck,
                "FROM (VALUES (1, 1.00)) t(id, amount)");
        Mirror mirror = Mirror.load(duck, table, Sql.name("m" + name));
        Sql.run(
            duck,
            "CREATE OR REPLACE TEMP TABLE wanted AS"
                + " FROM (VALUES (1, 1.00), (2, NULL)) t(id, amount)");
        RowDiff.Changes changes =
            RowDiff.of(table).into(duck, "changes", mirror.relation(), "wanted");
        var _ = table.commit(duck, mirror, changes.relation(), Watermark.at(5, "d"));
      }
    }
    ShardPositions positions = new ShardPositions(root);
    positions.write(new ShardPosition("staging", 3, 9, Map.of(), List.of("staging.t"), Map.of()));
    positions.write(
        new ShardPosition(
            "marts",
            0,
            8,
            Map.of(),
            List.of("marts.m"),
            Map.of("marts.m", List.of(0L, 5L, 7L, 8L))));
  }

  @Test
  void readsAllTablesAtTheGreatestCutThatTheyShare() {
    LakeQuery.Answer answer =
        LakeQuery.run(
            root,
            "SELECT t.id, m.amount FROM staging.t JOIN marts.m USING (id) ORDER BY t.id",
            OptionalLong.empty());
    assertThat(answer.cut()).hasValue(8);
    assertThat(answer.columns()).containsExactly("id", "amount");
    assertThat(answer.rows()).hasSize(2);
    assertThat(answer.rows().get(1).get(1)).isNull();
  }

  @Test
  void readsAnOldCut() {
    LakeQuery.Answer answer =
        LakeQuery.run(root, "SELECT count(*) FROM staging.t", OptionalLong.of(4));
    assertThat(answer.rows()).isEqualTo(List.of(List.of(1L)));
    assertThat(LakeQuery.run(root, "SELECT count(*) FROM staging.t", OptionalLong.of(9)).rows())
        .isEqualTo(List.of(List.of(2L)));
  }

  /** A service tells of the newest rounds alone, the log of every version. */
  @Test
  void readsAMartAtTheCutOfAnOldVersion() throws SQLException {
    TableName name = TableName.parse("marts.old");
    try (Lake lake = new Lake(root);
        DuckDb duckDb = DuckDb.inDirectory(directory.resolve("state"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      DeltaTable table =
          lake.create(
              name,
              TableSpec.of(SCHEMA),
              Watermark.at(0, "d"),
              duck,
              "FROM (VALUES (1, 0.00)) t(id, amount)");
      Mirror mirror = Mirror.load(duck, table, "m_old");
      for (int cut = 2; cut <= 140; cut += 2) {
        RowDiff.Changes changes =
            RowDiff.of(table)
                .into(
                    duck,
                    "changes",
                    mirror.relation(),
                    "(SELECT 1::BIGINT AS id, " + cut + "::DECIMAL(12, 2) AS amount)");
        var _ = table.commit(duck, mirror, changes.relation(), Watermark.at(cut, "d"));
      }
    }
    new ShardPositions(root)
        .write(
            new ShardPosition(
                "marts", 1, 140, Map.of(), List.of("marts.old"), Map.of("marts.old", List.of())));
    String select = "SELECT amount::INTEGER FROM marts.old";
    assertThat(LakeQuery.run(root, select, OptionalLong.of(4)).rows())
        .isEqualTo(List.of(List.of(4)));
    assertThatThrownBy(() -> LakeQuery.run(root, select, OptionalLong.of(5)))
        .hasMessageContaining("CLI-005");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT count(*) FROM staging.t WHERE id = 2",
        "SELECT count(*) FROM staging.t WHERE 1 < ID AND amount IS NULL",
        "SELECT count(*) FROM staging.t s WHERE s.id BETWEEN 2 AND 9",
        "SELECT count(*) FROM staging.t WHERE id IN (2, 7)",
        "SELECT count(*) FROM staging.t WHERE id = 2 OR (id > 5 AND id < 9) OR id BETWEEN 20 AND"
            + " 30",
        "SELECT count(*) FROM staging.t WHERE amount IS NULL",
        "SELECT count(*) FROM staging.t WHERE amount > 1.00 OR id IN (2)",
        "SELECT count(*) FROM marts.m JOIN staging.t s USING (id) WHERE s.id IN (2, 3)",
        "WITH x AS (FROM staging.t WHERE id > 1) SELECT count(*) FROM x",
        "SELECT count(*) FROM marts.m LEFT JOIN staging.t s USING (id) WHERE s.id >= 2",
        "SELECT count(*) FROM range(2, 3) r(i) FULL JOIN staging.t s ON s.id = i WHERE s.id > 1"
      })
  void readsOnlyFilesThatWhereLeaves(String select) throws IOException {
    deleteFileOfFirstRow();
    assertThat(LakeQuery.run(root, select, OptionalLong.empty()).rows())
        .isEqualTo(List.of(List.of(1L)));
  }

  /** Each would be wrong, or fail, if its comparison decided what files are read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT count(*) FROM staging.t WHERE id = 2 OR id = 1",
        "SELECT count(*) FROM staging.t a JOIN staging.t b ON a.id = 1 WHERE b.id = 2",
        "SELECT count(*) FROM staging.t WHERE id > 1.5 OR true",
        "SELECT count(*) FROM marts.m JOIN staging.t s ON true WHERE NOT (s.id = 2)",
        "SELECT count(*) FROM staging.t WHERE id NOT IN (2)",
        "SELECT count(*) FROM marts.m LEFT JOIN staging.t s USING (id) WHERE s.amount IS NULL",
        "SELECT count(*) FROM marts.m JOIN staging.t s USING (id) WHERE s.id = 2 OR m.id = 1",
        "SELECT count(*) FROM staging.t WHERE id = 99999999999999999999 OR id + 0 = 1",
        "SELECT count(*) FROM marts.m LEFT JOIN staging.t s ON s.id = 2"
      })
  void readsAllFilesWhereAnyMayCount(String select) throws IOException {
    assertThat(LakeQuery.run(root, select, OptionalLong.empty()).rows()).hasSize(1);
    deleteFileOfFirstRow();
    assertThatThrownBy(() -> LakeQuery.run(root, select, OptionalLong.empty()))
        .isInstanceOf(MillraceException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | id < 1.5
          1 | amount = 1
          1 | amount > 0.999
          0 | id = 99999999999999999999
          2 | id >= -5
          1 | amount IS NOT NULL
          1 | amount IS NULL
          2 | amount IS NULL OR amount = 1
          1 | amount IN (1.00, 2.005)
          0 | amount = 1.001
          0 | id NOT IN (1, 2)
          1 | id IN (1, NULL)
          """)
  void comparesAsDuckDbDoes(long rows, String condition) {
    assertThat(
            LakeQuery.run(
                    root, "SELECT count(*) FROM staging.t WHERE " + condition, OptionalLong.empty())
                .rows())
        .isEqualTo(List.of(List.of(rows)));
  }

  /** A row of m that found none in t has no amount either. */
  @Test
  void keepsRowsThatAnOuterJoinMeets() {
    assertThat(
            LakeQuery.run(
                    root,
                    "SELECT count(*) FROM marts.m LEFT JOIN staging.t s USING (id) WHERE s.amount"
                        + " IS NULL",
                    OptionalLong.empty())
                .rows())
        .isEqualTo(List.of(List.of(1L)));
  }

  private void deleteFileOfFirstRow() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("staging/t"))) {
      Path first =
          files
              .filter(f -> f.toString().endsWith(".parquet"))
              .min(Comparator.comparingLong(f -> f.toFile().lastModified()))
              .orElseThrow();
      Files.delete(first);
    }
  }

  private long countAsOf(String from, TableName table, long version) {
    Instant time;
    try (Lake lake = new Lake(root)) {
      time =
          lake.open(table).history().entries(9).stream()
              .filter(e -> e.version() == version)
              .findFirst()
              .orElseThrow()
              .at();
    }
    List<Object> found = new ArrayList<>();
    LakeQuery.run(
        root.toString(),
        "SELECT count(*) FROM " + from,
        new LakeQuery.Moment.AsOf(time),
        new LakeQuery.Rows() {
          @Override
          public void begin(OptionalLong cut, List<String> columns) {
            found.add(cut.getAsLong());
          }

          @Override
          public void row(List<@Nullable Object> values) {
            found.addAll(values);
          }

          @Override
          public void end() {}
        });
    assertThat(found).hasSize(2);
    return 10 * (long) found.getFirst() + (long) found.getLast();
  }

  /** Answers are the cut's number, then a digit for the count. */
  @Test
  void readsWhatTablesShowedByATime() {
    TableName staging = TableName.parse("staging.t");
    TableName mart = TableName.parse("marts.m");
    assertThat(countAsOf("staging.t", staging, 0)).isEqualTo(41);
    assertThat(countAsOf("staging.t", staging, 1)).isEqualTo(92);
    assertThat(countAsOf("staging.t JOIN marts.m USING (id)", mart, 0)).isEqualTo(1);
    assertThat(countAsOf("staging.t JOIN marts.m USING (id)", mart, 1)).isEqualTo(82);
    assertThatThrownBy(() -> countAsOf("marts.m", staging, 1)).hasMessageStartingWith("CLI-005");
  }

  /** A result that was held before its first row came would never come. */
  @Test
  @Timeout(60)
  void handsRowsOnAsTheyCome() {
    LakeQuery.Rows three =
        new LakeQuery.Rows() {
          private int rows;

          @Override
          public void begin(OptionalLong cut, List<String> columns) {}

          @Override
          public void row(List<@Nullable Object> values) {
            if (++rows == 3) {
              throw new IllegalStateException("enough");
            }
          }

          @Override
          public void end() {}
        };
    assertThatThrownBy(() ->
            LakeQuery.run(
                root.toString(),
                "SELECT i, i + 1 FROM range(1000000000000) t(i)",
                new LakeQuery.Moment.Newest(),
                three))
        .hasMessage("enough");
  }

  @Test
  void writesNothingIntoTheLake() throws IOException {
    var _ = LakeQuery.run(root, "FROM staging.t ORDER BY id", OptionalLong.empty());
    try (Stream<Path> files = Files.list(root)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("staging", "marts", "_millrace");
    }
  }

  @Test
  void refusesACutBetweenRounds() {
    assertThatThrownBy(() -> LakeQuery.run(root, "FROM marts.m", OptionalLong.of(6)))
        .hasMessageStartingWith("CLI-005")
        .hasMessageContaining("nearest is 5");
  }

  @Test
  void namesTheTablesThatThereAreWhenOneIsUnknown() {
    assertThatThrownBy(() -> LakeQuery.run(root, "FROM dim.x", OptionalLong.empty()))
        .hasMessageStartingWith("CLI-006")
        .hasMessageContaining("marts.m, staging.t");
  }

  @Test
  void saysWhyASelectCannotBeRun() {
    assertThatThrownBy(() -> LakeQuery.run(root, "SELECT nix FROM staging.t", OptionalLong.empty()))
        .hasMessageStartingWith("CLI-004")
        .hasMessageContaining("nix");
  }

  /** DuckDB's driver loses the reason while it streams. */
  @Test
  void saysWhyRowsCannotBeComputed() {
    assertThatThrownBy(() ->
            LakeQuery.run(
                root, "SELECT CAST('a' || id AS INT) FROM staging.t", OptionalLong.empty()))
        .hasMessageStartingWith("CLI-004")
        .hasMessageContaining("Conversion Error");
  }
}
