package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.ApiSource;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestUrlTest {

  private static URI issuesOf(Github github, String repo) {
    ApiSource source = github.source();
    Scope scope = Scope.of("issues", Map.of("repo", repo));
    return RequestUrl.first(source, source.resources().get(1), scope, Optional.of("a b&c=d"));
  }

  @Test
  void isTheBaseThePathAndTheQueryByName() {
    Github github = new Github(URI.create("https://github.example/api/v3/"));
    assertThat(issuesOf(github, "mill"))
        .hasToString(
            "https://github.example/api/v3/repos/millrace/mill/issues"
                + "?direction=desc&per_page=100&since=a%20b%26c%3Dd&sort=updated&state=all");
  }

  @Test
  void valuesOfParentsStayWithinTheirSegment() {
    Github github = new Github(URI.create("https://x"));
    assertThat(issuesOf(github, "../../a b?c#d%2e").getRawPath())
        .isEqualTo("/repos/millrace/..%2F..%2Fa%20b%3Fc%23d%252e/issues");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", ".."})
  void valuesThatWouldChangeThePathAreRefused(String value) {
    assertThatThrownBy(() -> issuesOf(new Github(URI.create("https://x")), value))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("ING-037");
  }

  @Test
  void placeWithoutAValueIsRefused() {
    Github github = new Github(URI.create("https://x"));
    github.issuePath = "/repos/{owner}/{repo}/issues";
    assertThatThrownBy(() -> issuesOf(github, "mill"))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("ING-040")
        .hasMessageContaining("{owner}");
  }
}
