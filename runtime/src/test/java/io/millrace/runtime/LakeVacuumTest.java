package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LakeVacuumTest {

  @Test
  void isHoursOrDaysOrOff() {
    assertThat(LakeVacuum.parse("168h").retention()).isEqualTo(Duration.ofDays(7));
    assertThat(LakeVacuum.parse("30d").retention()).isEqualTo(Duration.ofDays(30));
    assertThat(LakeVacuum.parse("off").retention()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"167h", "6d", "168", "", "OFF", "-8d", "1w", "9999999999999d"})
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> LakeVacuum.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MILLRACE_LAKE_VACUUM");
  }
}
