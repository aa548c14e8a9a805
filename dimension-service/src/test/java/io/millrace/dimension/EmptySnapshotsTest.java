package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An input that is replaced as a whole is once replaced by nothing. */
class EmptySnapshotsTest {
  private static final String FIRST =
      "SELECT i AS id, 'a' AS segment, 'x' AS phone, 0::BIGINT AS tie, NULL::VARCHAR AS op,"
          + " make_timestamptz(10_000_000) AS updated_at FROM range(1, 4) t(i)";

  /** The first member as it was, the second in another segment, no third, and a new one. */
  private static final String LAST =
      "SELECT * REPLACE (CASE WHEN id = 1 THEN 'a' ELSE 'b' END AS segment,"
          + " make_timestamptz(CASE WHEN id = 1 THEN 10_000_000 ELSE 30_000_000 END) AS updated_at,"
          + " CASE WHEN id = 3 THEN 4 ELSE id END AS id) FROM (%s)".formatted(FIRST);

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  private Engine engine(String clauses) {
    Dimension dimension =
        Statements.dimension(
            folder, "FROM SNAPSHOT STORED AS SCD TYPE 2 TRACK HISTORY ON (segment) " + clauses);
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
    Engine engine = Engine.keyed(duck, dimension);
    Sql.run(duck, "CREATE TEMP TABLE z AS SELECT *, 1 AS _weight FROM (%s)".formatted(FIRST));
    take(engine, 10);
    engine.wanted("dim");
    engine.put("dim");
    return engine;
  }

  private static void take(Engine engine, long seconds) {
    engine.events().take("z", new InputRows.Moment(Instant.ofEpochSecond(seconds), false));
  }

  private static boolean endsAll(Engine engine) {
    return EmptySnapshots.endsAll(engine.duck(), engine.dimension(), "dim");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SEQUENCE BY updated_at", ""})
  void whatIsInBothSnapshotsAroundItHasNoGap(String clauses) {
    Engine engine = engine(clauses);
    assertThat(endsAll(engine)).isFalse();
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE z AS SELECT *, -1 AS _weight FROM (%s)".formatted(FIRST));
    take(engine, 20);
    assertThat(endsAll(engine)).isTrue();
    Sql.run(duck, "INSERT INTO z SELECT *, 1 FROM (%s)".formatted(LAST));
    InputHistory.net(duck, "z");
    take(engine, 30);
    assertThat(endsAll(engine)).isFalse();
    engine.wanted("dim");
    engine.put("dim");
    assertThat(engine.rows("dim"))
        .isEqualTo(
            Map.of(
                1L, List.of("a/x [10000000, open)*"),
                2L, List.of("a/x [10000000, 30000000)", "b/x [30000000, open)*"),
                3L, List.of("a/x [10000000, 30000000)"),
                4L, List.of("b/x [30000000, open)*")));
  }

  @Test
  void theSameSnapshotAgainIsNoChange() {
    Engine engine = engine("");
    Map<Long, List<String>> before = engine.rows("dim");
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE z AS SELECT *, -1 AS _weight FROM (%1$s) UNION ALL SELECT *, 1 FROM (%1$s)"
            .formatted(FIRST));
    InputHistory.net(duck, "z");
    take(engine, 30);
    assertThat(endsAll(engine)).isFalse();
    engine.wanted("dim");
    engine.put("dim");
    assertThat(engine.rows("dim")).isEqualTo(before);
  }
}
