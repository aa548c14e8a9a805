package io.millrace.marts.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.warehouse.algebra.Algebra;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two zeros are one group and two texts: what is retracted must be what was emitted. */
class ZerosTest {
  private final Ground ground = new Ground();
  private View view;

  @BeforeEach
  void build() {
    ground.run("CREATE TABLE staging.a (id BIGINT, x DOUBLE)");
    ground.run("INSERT INTO staging.a VALUES (1, 0.0)");
    Algebra.Known known =
        (Algebra.Known)
            ground.algebra(
                "SELECT CAST(x AS VARCHAR) AS z, n FROM (SELECT x, count(*) AS n FROM staging.a"
                    + " GROUP BY x)");
    view = new View(ground.duck(), known.root(), "z ", t -> "staging." + t.name());
    view.build(Instant.EPOCH);
    ground.run("CREATE TABLE copy AS " + view.query());
  }

  @AfterEach
  void close() {
    ground.close();
  }

  @Test
  void aGroupOfOneZeroGetsARowOfTheOther() {
    ground.run("CREATE TABLE net AS SELECT 2::BIGINT AS id, -0.0::DOUBLE AS x, 1 AS _weight");
    refresh();
    assertThat(ground.number("SELECT c1 FROM copy")).isEqualTo(2);
  }

  /** Refreshes, and applies what comes out to the copy: one row, the view's. */
  private void refresh() {
    ground.run(
        "CREATE OR REPLACE TABLE staging.a AS SELECT id, x FROM (SELECT *, 1 AS _weight FROM"
            + " staging.a UNION ALL FROM net) GROUP BY id, x, signbit(x) HAVING sum(_weight) > 0");
    Optional<String> changes =
        view.refresh(t -> Optional.of("net"), Instant.EPOCH, Optional.empty());
    changes.ifPresent(d ->
        ground.run(
            "CREATE OR REPLACE TABLE copy AS SELECT c0, c1 FROM (SELECT c0, c1, sum(w) AS"
                + " w FROM (SELECT c0, c1, 1 AS w FROM copy UNION ALL SELECT c0, c1, _w FROM "
                + d
                + ") GROUP BY ALL) WHERE w <> 0"));
    assertThat(ground.difference("SELECT c0, c1 FROM copy", view.query())).isZero();
  }
}
