package io.millrace.warehouse.statement;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PropertyEditTest {
  private static final String STATEMENT =
      """
      -- TARGET_LAG = '1 day' is not said here.
      CREATE DYNAMIC TABLE marts.m
        TARGET_LAG = '5 minutes' -- so it is
        KEYS (k)
      AS SELECT k, 'TARGET_LAG = 1' AS t FROM staging.a;
      """;

  @Test
  void aValueIsReplacedWhereItStandsAndAllElseStays() {
    assertThat(PropertyEdit.set(STATEMENT, "TARGET_LAG", "10 seconds"))
        .hasValue(STATEMENT.replace("'5 minutes'", "'10 seconds'"));
  }

  @Test
  void aPropertyThatIsNotThereIsWrittenBeforeAs() {
    assertThat(PropertyEdit.set(STATEMENT, "REFRESH_MODE", "FULL"))
        .hasValue(STATEMENT.replace("\nAS SELECT", "\nREFRESH_MODE = FULL\nAS SELECT"));
  }

  @Test
  void aTextIsQuotedOnce() {
    assertThat(PropertyEdit.set(STATEMENT, "COMMENT", "it's here").orElseThrow())
        .contains("COMMENT = 'it''s here'");
    assertThat(PropertyEdit.set(STATEMENT, "TARGET_LAG", "'downstream'").orElseThrow())
        .contains("TARGET_LAG = 'downstream'");
  }

  @Test
  void aValueCannotSayMoreThanItself() {
    assertThat(PropertyEdit.set(STATEMENT, "COMMENT", "'it's'").orElseThrow())
        .contains("COMMENT = '''it''s'''");
    assertThat(PropertyEdit.set(STATEMENT, "COMMENT", "'a' KEYS (x) COMMENT = 'b'").orElseThrow())
        .contains("COMMENT = '''a'' KEYS (x) COMMENT = ''b'''");
    assertThat(PropertyEdit.set(STATEMENT, "REFRESH_MODE", "FULL KEYS (x)").orElseThrow())
        .contains("REFRESH_MODE = 'FULL KEYS (x)'");
    assertThat(PropertyEdit.set(STATEMENT, "CARDINALITY_THRESHOLD", "0.5").orElseThrow())
        .contains("CARDINALITY_THRESHOLD = 0.5");
  }

  @Test
  void aTableMayBeNamedLikeAProperty() {
    String statement = "CREATE DYNAMIC TABLE marts.comment AS SELECT 1 AS one FROM staging.a;";
    assertThat(PropertyEdit.set(statement, "COMMENT", "x"))
        .hasValue(
            "CREATE DYNAMIC TABLE marts.comment COMMENT = 'x'\nAS SELECT 1 AS one FROM"
                + " staging.a;");
  }

  @Test
  void aTextWithoutHeaderIsLeftAlone() {
    assertThat(PropertyEdit.set("SELECT 'not closed", "COMMENT", "x")).isEmpty();
    assertThat(PropertyEdit.set("SELECT 1", "COMMENT", "x")).isEmpty();
  }
}
