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
  void aTextWithoutHeaderIsLeftAlone() {
    assertThat(PropertyEdit.set("SELECT 'not closed", "COMMENT", "x")).isEmpty();
    assertThat(PropertyEdit.set("SELECT 1", "COMMENT", "x")).isEmpty();
  }
}
