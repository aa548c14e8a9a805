package io.millrace.marts.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is kept by changes equals the query, whatever the query and the changes. Steps and first
 * seed are the properties {@code fuzz.steps} and {@code fuzz.seed}; a mismatch names its seed. The
 * whole 20,000 steps are run by {@code mvn test -pl marts-service -am -Dtest=DifferentialFuzzTest
 * -Dfuzz.steps=20000 -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class DifferentialFuzzTest {
  private static final int STEPS = Integer.getInteger("fuzz.steps", 600);
  private static final long SEED = Long.getLong("fuzz.seed", 1000L);
  private static final Lookups LOOKUPS = new Lookups();

  @Test
  void keptRowsAndEmittedChangesEqualTheQueryAfterEveryBatch() {
    DifferentialFuzz fuzz = new DifferentialFuzz(sql -> sql, LOOKUPS);
    assertThat(fuzz.run(SEED, STEPS)).isEmpty();
    assertThat(fuzz.known())
        .as("queries that were understood; the others: %s", fuzz.unknown())
        .isGreaterThan(STEPS / 5 * 3 / 4);
  }

  @ParameterizedTest
  @EnumSource
  void everyPlantedBugIsFound(PlantedBug bug) {
    assertThat(new DifferentialFuzz(bug, LOOKUPS).run(Long.getLong("fuzz.seed", bug.seed()), 1500))
        .isPresent();
  }
}
