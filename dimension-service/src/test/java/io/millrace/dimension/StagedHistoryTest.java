package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.Dimension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dimension over a staging table of HISTORY. */
class StagedHistoryTest {
  private static final List<String> CHANGES =
      List.of(
          "(1, 't', 0, NULL, NULL)",
          "(2, 'r', 0, 1, 'a')",
          "(3, 'r', 0, 2, 'a')",
          "(4, 'r', 0, 3, 'a')",
          "(5, 'u', 10, 1, 'b')",
          "(6, 'u', 20, 1, 'c')",
          "(7, 'd', 30, 1, 'c')",
          "(8, 'c', 40, 1, 'a')",
          "(9, 'u', 40, 2, 'x')",
          "(10, 'u', 40, 2, 'b')",
          "(12, 't', 50, NULL, NULL)",
          "(13, 'r', 50, 1, 'a')",
          "(14, 'r', 50, 2, 'c')");
  private static final String[] VERSIONS = {
    "1 a 0 10",
    "1 b 10 20",
    "1 c 20 30",
    "1 a 40 open",
    "2 a 0 40",
    "2 b 40 50",
    "2 c 50 open",
    "3 a 0 50"
  };

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;
  private Dimension dimension;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    dimension = Statements.ofChanges(folder);
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
    Sql.run(
        duck,
        "CREATE TABLE input (position BIGINT, op VARCHAR, changed_at TIMESTAMPTZ, id BIGINT,"
            + " segment VARCHAR)");
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  @Test
  void everyChangeWithinACutIsAVersionAndAnImageEndsWhatItMisses() {
    take(begin(), CHANGES);
    assertThat(versions()).containsExactly(VERSIONS);
  }

  @Test
  void anyOrderCuttingAndNumberOfRestartsGivesTheSame() {
    long seed = ChainPropertyTest.seed();
    Random random = new Random(seed);
    for (int i = 0; i < 6; i++) {
      Sql.run(duck, "DELETE FROM input");
      Sql.run(duck, "DELETE FROM dim WHERE sk > 0");
      List<String> left = new ArrayList<>(CHANGES);
      Collections.shuffle(left, random);
      HeldEvents held = begin();
      while (!left.isEmpty()) {
        List<String> cut = left.subList(0, 1 + random.nextInt(left.size()));
        take(held, List.copyOf(cut));
        held = random.nextBoolean() ? begin() : held;
        cut.clear();
      }
      assertThat(versions()).as("seed %d", seed).containsExactly(VERSIONS);
    }
  }

  /** What a process reads from the lake when it starts. */
  private HeldEvents begin() {
    HeldEvents held = new HeldEvents(duck, dimension);
    held.hold("(FROM input)", new Position("t", 0));
    return held;
  }

  private void take(HeldEvents held, List<String> rows) {
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE z AS
        SELECT position::BIGINT AS position, op, TIMESTAMPTZ '2026-01-01 00:00:00+00'
          + INTERVAL 1 SECOND * second AS changed_at, id::BIGINT AS id, segment::VARCHAR AS segment,
          1 AS _weight
        FROM (VALUES %s) v(position, op, second, id, segment)
        """
            .formatted(String.join(", ", rows)));
    held.take("z", new InputRows.Moment(Instant.EPOCH, false));
    Engine engine = new Engine(duck, dimension, held, sql -> sql);
    engine.wanted("dim");
    engine.put("dim");
    held.committed(new Position("t", 0));
    Sql.run(duck, "INSERT INTO input SELECT * EXCLUDE (_weight) FROM z");
  }

  private List<String> versions() {
    List<String> all = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT id || ' ' || segment || ' ' || (epoch(valid_from) % 3600)::BIGINT || ' '
                  || CASE WHEN is_current THEN 'open' ELSE (epoch(valid_to) % 3600)::BIGINT::VARCHAR END
                FROM dim WHERE sk > 0 ORDER BY id, valid_from
                """)) {
      while (rows.next()) {
        all.add(rows.getString(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return all;
  }
}
