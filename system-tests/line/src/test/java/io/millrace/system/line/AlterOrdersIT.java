package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.ServiceCalls;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Properties that an operator sets over what the folder says, and statements sent to REST. */
@OnSharedLine
class AlterOrdersIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final TableName SLOW = TableName.parse("marts.orders_slow");
  private static final String TABLES = "/api/v1/dynamic-tables";

  private final Line line;

  AlterOrdersIT(Line line) {
    this.line = line;
  }

  @Test
  void anOrderedPropertyCountsAtOnceAndThroughARestartUntilItIsTakenBack() throws Exception {
    try (ServiceCalls calls = new ServiceCalls(line.run())) {
      awaitLag(20_000);
      assertThatThrownBy(() -> calls.alter(SLOW, Map.of("TARGET_LAG", "soon")))
          .hasMessageContaining("WH-024");
      long cut = calls.alter(SLOW, Map.of("TARGET_LAG", "3 seconds", "REFRESH_MODE", "FULL"));
      awaitLag(3_000);
      line.kill(Service.MARTS);
      line.start(Service.MARTS);
      awaitLag(3_000);
      assertThat(calls.altered())
          .containsExactlyInAnyOrder(
              new ServiceCalls.Altered(SLOW, "TARGET_LAG", "20 seconds", "3 seconds", cut),
              new ServiceCalls.Altered(SLOW, "REFRESH_MODE", "AUTO", "FULL", cut));
      JsonNode described = line.get(Service.MARTS, TABLES + "/" + SLOW).orElseThrow();
      assertThat(described.path("refreshMode").asText()).isEqualTo("FULL");

      Map<String, @Nullable String> back = new TreeMap<>();
      back.put("TARGET_LAG", null);
      back.put("REFRESH_MODE", null);
      calls.alter(SLOW, back);
      awaitLag(20_000);
      assertThat(calls.altered()).isEmpty();
    }
  }

  @Test
  void aStatementIsCheckedByRestAndNeverKept() throws Exception {
    String statement = "CREATE DYNAMIC TABLE marts.posted AS SELECT %s FROM " + SLOW;
    assertThat(posted(TABLES, statement).path("code").asText()).isEqualTo("MRT-020");
    JsonNode good = posted(TABLES + "/validate", statement.formatted("count(*) AS n"));
    assertThat(good.path("valid").asBoolean()).as(good.toString()).isTrue();
    JsonNode bad = posted(TABLES + "/validate", statement.formatted("no_such_column"));
    assertThat(bad.path("valid").asBoolean(true)).isFalse();
    assertThat(bad.path("problems").get(0).asText()).startsWith("marts/posted.sql:1:45: WH-036");
    assertThat(line.get(Service.MARTS, TABLES).orElseThrow().toString())
        .doesNotContain("marts.posted");
  }

  private void awaitLag(long millis) throws InterruptedException {
    line.awaitStatus(
        Service.MARTS,
        LIMIT,
        SLOW + " to promise " + millis + " ms",
        status -> {
          for (JsonNode table : status.path("tables")) {
            if (table.path("table").asText().equals(SLOW.toString())) {
              return table.path("targetLagMillis").asLong() == millis;
            }
          }
          return false;
        });
  }

  private JsonNode posted(String path, String statement) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + line.port(Service.MARTS) + path))
                  .header("Content-Type", "application/sql")
                  .POST(HttpRequest.BodyPublishers.ofString(statement))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return new ObjectMapper().readTree(answer.body());
    }
  }
}
