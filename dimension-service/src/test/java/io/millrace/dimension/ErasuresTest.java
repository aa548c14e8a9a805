package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.ScdType;
import io.millrace.warehouse.SurrogateKeys;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErasuresTest {
  private static final long SECOND = Histories.SECOND;

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

  /** The surrogate key of the inferred row that a natural key has or would have. */
  static long inferred(Connection duck, Dimension dimension, long key) {
    return Sql.number(
        duck,
        "SELECT %s FROM (SELECT %d::BIGINT AS id) AS e"
            .formatted(SurrogateKeys.ofInferred(dimension, "e"), key));
  }

  private long named(Dimension dimension, long... erased) {
    List<Long> keys = Arrays.stream(erased).boxed().toList();
    return Sql.number(duck, "SELECT count(*) FROM dim AS e WHERE " + Erasures.in(dimension, keys));
  }

  /** In a replay no row may stand on the floor that it had, so their keys are others. */
  @ParameterizedTest
  @EnumSource
  void theKeyOfTheInferredRowStandsForAllRowsOfItsMember(ScdType type) {
    Dimension dimension = Statements.dimension(folder, Rules.of(type).clauses());
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
    Engine engine = Engine.keyed(duck, dimension);
    engine.take(
        List.of(Change.put(1, 10 * SECOND, "a", "x"), Change.put(2, 10 * SECOND, "a", "x")),
        10 * SECOND,
        "dim");
    engine.take(List.of(Change.put(1, 20 * SECOND, "b", "x")), 20 * SECOND, "dim");
    long rows = Sql.number(duck, "SELECT count(*) FROM dim WHERE id = 1");
    assertThat(rows).isEqualTo(type.hasVersions() ? 2 : 1);
    assertThat(named(dimension, inferred(duck, dimension, 1))).isEqualTo(rows);
    assertThat(named(dimension, inferred(duck, dimension, 3), -1)).isZero();
    assertThat(named(dimension, Sql.number(duck, "SELECT sk FROM dim WHERE id = 2"))).isEqualTo(1);
  }

  @Test
  void whatAnInputIsHeldForIsAskedOfItsRows() {
    Dimension dimension =
        Statements.dimension(folder, "FROM HISTORY " + Rules.of(ScdType.TYPE_2).clauses());
    HeldEvents held = new HeldEvents(duck, dimension);
    Engine engine = new Engine(duck, dimension, held, UnaryOperator.identity());
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
    engine.fill("input", List.of(Change.put(1, 10 * SECOND, "a", "x")));
    held.hold("(SELECT * EXCLUDE (_weight) FROM input)", new Position("t", 0));
    assertThat(held.holdsAny("(SELECT 1::BIGINT AS id)")).isTrue();
    assertThat(held.holdsAny("(SELECT 2::BIGINT AS id)")).isFalse();
    engine.fill("z", List.of(Change.put(1, 10 * SECOND, "a", "x")));
    Sql.run(duck, "UPDATE z SET _weight = -1");
    held.take("z", new InputRows.Moment(Instant.EPOCH, true));
    held.committed(new Position("t", 1));
    assertThat(held.holdsAny("(SELECT 1::BIGINT AS id)"))
        .as("when its row went at the source")
        .isFalse();
  }

  /** To SQL these are equal, so they are one member; other values keep their keys. */
  @ParameterizedTest
  @ValueSource(strings = {"DOUBLE", "FLOAT"})
  void zeroAndNotANumberHaveOneSurrogateKeyWhateverTheirSign(String type) {
    Dimension dimension =
        Statements.dimensions(
                folder,
                "FROM HISTORY SEQUENCE BY updated_at STORED AS SCD TYPE 1",
                "tie::" + type + " AS id, segment, updated_at")
            .getFirst();
    Sql.run(
        duck,
        "CREATE TABLE keys AS SELECT id::%1$s AS id, sha256('%1$s:' || length(text) || ':' || text) AS hash FROM (VALUES ('0.0', '0.0'), ('-0.0', '0.0'), ('-0.1', '-0.1'), ('nan', 'nan'), ('-nan', 'nan'), ('inf', 'inf')) v(id, text)"
            .formatted(type));
    assertThat(
            Sql.number(
                duck,
                "SELECT count(*) FROM keys AS e WHERE %s = (('0x' || substr(hash, 1, 16))::UBIGINT & 9223372036854775807)::BIGINT"
                    .formatted(SurrogateKeys.ofMember(dimension, "e"))))
        .isEqualTo(6);
  }
}
