package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionTest {
  private static final String MART =
      "CREATE DYNAMIC TABLE marts.m TARGET_LAG = '5 minutes' AS SELECT id, amount FROM"
          + " staging.orders";
  private static final String DIMENSION =
      "CREATE DIMENSION dim.d KEYS (id) STORED AS SCD TYPE 2 AS SELECT id, country AS name FROM"
          + " staging.orders";

  @TempDir Path temp;

  private String mart(String statement) {
    return new TestFolder(temp).with("marts/m.sql", statement).table("marts.m").definition();
  }

  private String dimension(String statement) {
    return new TestFolder(temp).with("dimensions/d.sql", statement).table("dim.d").definition();
  }

  @Test
  void whiteSpaceCommentsLagAndModeAreNoPartOfIt() {
    String hash = mart(MART);
    assertThat(hash).hasSize(64);
    assertThat(
            mart(
                """
                -- a comment
                CREATE DYNAMIC TABLE marts.m
                  REFRESH_MODE = FULL TARGET_LAG = '1 hour' COMMENT = 'x'
                AS select id, /* here too */ amount
                   from staging.orders;
                """))
        .isEqualTo(hash);
  }

  @Test
  void whatDecidesTheRowsIsPartOfIt() {
    String hash = mart(MART);
    assertThat(mart(MART.replace("amount FROM", "amount + 0 AS amount FROM"))).isNotEqualTo(hash);
    assertThat(mart(MART + " WHERE id > 1")).isNotEqualTo(hash);
    assertThat(mart(MART.replace(" AS SELECT", " KEYS (amount) AS SELECT"))).isNotEqualTo(hash);
    assertThat(mart(MART.replace("id,", "id AS i,"))).isNotEqualTo(hash);
  }

  @Test
  void theClausesOfADimensionArePartOfIt() {
    String hash = dimension(DIMENSION);
    assertThat(dimension(DIMENSION.replace("AS SELECT", " APPLY AS DELETE CLOSE AS SELECT")))
        .isEqualTo(hash);
    assertThat(dimension(DIMENSION.replace("TYPE 2", "TYPE 1"))).isNotEqualTo(hash);
    assertThat(dimension(DIMENSION.replace("AS SELECT", "SURROGATE KEY k AS SELECT")))
        .isNotEqualTo(hash);
    assertThat(dimension(DIMENSION.replace("KEYS (id)", "KEYS (id, name)"))).isNotEqualTo(hash);
  }

  @Test
  void theKeyOfALookedUpDimensionIsPartOfIt() {
    String mart =
        "CREATE DYNAMIC TABLE marts.m AS SELECT id, lookup(dim.d, id) AS sk FROM staging.orders";
    String hash =
        new TestFolder(temp)
            .with("dimensions/d.sql", DIMENSION)
            .with("marts/m.sql", mart)
            .table("marts.m")
            .definition();
    assertThat(
            new TestFolder(temp)
                .with(
                    "dimensions/d.sql",
                    DIMENSION
                        .replace("KEYS (id)", "KEYS (other)")
                        .replace("SELECT id", "SELECT id AS other"))
                .with("marts/m.sql", mart)
                .table("marts.m")
                .definition())
        .isNotEqualTo(hash);
  }
}
