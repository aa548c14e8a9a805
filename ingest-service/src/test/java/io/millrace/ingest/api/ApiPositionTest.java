package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.MillraceException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiPositionTest {

  private static ApiPosition position(int parents) {
    Map<Scope, String> issues = new LinkedHashMap<>();
    for (int i = 0; i < parents; i++) {
      issues.put(Scope.of("issues", Map.of("repo", "repo-" + i)), "2026-01-01T00:00:00Z");
    }
    Map<Scope, String> repos = Map.of(Scope.of("repos", Map.of()), "");
    return new ApiPosition(
        Instant.parse("2026-03-01T00:00:00.5Z"),
        Map.of("repos", repos, "issues", issues),
        Map.of("repos", "1f"));
  }

  @Test
  void isReadAsItWasWritten() {
    assertThat(ApiPosition.parse(position(3).text())).isEqualTo(position(3));
  }

  @Test
  void holdsSomeThousandParentsAndRefusesMore() {
    assertThat(position(6000).text()).hasSizeLessThan(ApiPosition.TEXT_MAX);
    assertThatThrownBy(() -> position(20_000).text())
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("ING-041")
        .hasMessageContaining("20,001 collections");
  }
}
