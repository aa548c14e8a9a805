package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked and ordered of a marts service, which here says what it is told to say. */
class RunningMartsTest {
  private static final String PATH = "/api/v1/dynamic-tables";

  @TempDir Path directory;
  private final StringWriter said = new StringWriter();
  private final List<String> asked = new ArrayList<>();
  private final List<@Nullable String> authorizations = new ArrayList<>();
  private HttpServer service;
  private int status = 200;
  private String answer = "{\"table\":\"marts.n\",\"order\":\"alter\",\"cut\":12}";

  @BeforeEach
  void aRun() throws IOException {
    service = RunningService.start(Service.MARTS, directory, this::answer);
  }

  @AfterEach
  void close() {
    service.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
      asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private int run(String... arguments) {
    PrintWriter out = new PrintWriter(said);
    return Main.commandLine().setOut(out).setErr(out).execute(arguments);
  }

  @Test
  void onlyADynamicTableIsSuspendedResumedRefreshedOrAltered() {
    for (String order : List.of("suspend", "resume", "refresh")) {
      assertThat(run(order, "--dir", directory.toString(), "dim.c")).isEqualTo(ExitCode.USAGE);
    }
    assertThat(run("alter", "--dir", directory.toString(), "dim.c", "--reset", "TARGET_LAG"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(said.toString()).contains("'dim.c' is no dynamic table: give marts.NAME");
    assertThat(asked).isEmpty();
  }

  private int alter(String... arguments) {
    return run(
        Stream.concat(
                Stream.of("alter", "--dir", directory.toString(), "marts.n"), Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Test
  void withoutAFolderTheRunningServiceIsOrdered() throws IOException {
    assertThat(alter("--set", "TARGET_LAG=10 seconds", "--reset", "COMMENT")).isZero();
    assertThat(said.toString())
        .startsWith("marts.n is altered from cut 12 on\nuntil its file says something else");
    String[] request = asked.getFirst().split(" ", 3);
    assertThat(request).startsWith("PATCH", PATH + "/marts.n");
    JsonNode body = new ObjectMapper().readTree(request[2]);
    assertThat(body.path("TARGET_LAG").asText()).isEqualTo("10 seconds");
    assertThat(body.path("COMMENT").isNull()).isTrue();
  }

  @Test
  void whyAnOrderIsRefusedIsSaid() {
    status = 400;
    answer = "{\"code\":\"WH-024\",\"message\":\"WH-024 TARGET_LAG must be a duration.\"}";
    assertThat(alter("--set", "TARGET_LAG=soon")).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString())
        .contains("CLI-007", "cannot take this order for marts.n: WH-024 TARGET_LAG must");
  }

  @Test
  void anOrderCarriesTheTokenOfTheEnvironmentAndAReadingDoesNot() throws Exception {
    RunFile run = RunFile.running(Optional.of(directory));
    try (ServiceCalls calls = new ServiceCalls(run, Map.of("MILLRACE_ORDER_TOKEN", "s3cret"))) {
      assertThat(calls.order(DynamicTableOrder.SUSPEND, TableName.parse("marts.n"))).isEqualTo(12);
      calls.alter(TableName.parse("marts.n"), Map.of("COMMENT", "x"));
      var _ = calls.status(Service.MARTS);
    }
    assertThat(authorizations).containsExactly("Bearer s3cret", "Bearer s3cret", null);
  }

  @Test
  void whoHasNotTheServicesTokenIsToldWhereItBelongs() throws Exception {
    status = 401;
    assertThat(run("suspend", "--dir", directory.toString(), "marts.n")).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString())
        .startsWith(
            "CLI-007 the marts service takes orders only with its token, and"
                + " MILLRACE_ORDER_TOKEN here is not set.");
    RunFile run = RunFile.running(Optional.of(directory));
    try (ServiceCalls calls = new ServiceCalls(run, Map.of("MILLRACE_ORDER_TOKEN", "s3cret"))) {
      assertThatThrownBy(() -> calls.order(DynamicTableOrder.SUSPEND, TableName.parse("marts.n")))
          .hasMessageContaining("MILLRACE_ORDER_TOKEN here is another")
          .hasMessageNotContaining("s3cret");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "s3cret\n", "s3 cret", "${s3cret}", "s3crét"})
  void aTokenThatNoHeaderCarriesIsRefusedUnsaidAndNothingAsked(String token) throws Exception {
    RunFile run = RunFile.running(Optional.of(directory));
    try (ServiceCalls calls = new ServiceCalls(run, Map.of("MILLRACE_ORDER_TOKEN", token))) {
      assertThatThrownBy(() -> calls.rebuild(TableName.parse("marts.n"), false))
          .hasMessageStartingWith("RUN-001 MILLRACE_ORDER_TOKEN ")
          .hasMessageNotContaining("s3");
    }
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rebuild", "rewind", "erase", "alter", "suspend", "resume", "refresh"})
  void whatOrdersSaysWhichTokenIsMeant(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(said.toString()).contains("MILLRACE_ORDER_TOKEN");
  }

  @Test
  void anOrderThatSaysNothingIsNone() {
    assertThat(alter()).isEqualTo(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void describeSaysThatTheServiceIsSilent() {
    service.stop(0);
    assertThat(run("describe", "--dir", directory.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).startsWith("CLI-007 the marts service does not answer");
  }

  @Test
  void planSaysWhichOrdersHoldOverTheFolderAndWhichItEnds() throws IOException {
    write("warehouse.yml", "name: mine\nlake: ./lake\n");
    write(
        "sources/shop.yml",
        "kind: api\nbase-url: http://localhost:1\nresources:\n"
            + "  - {name: orders, path: /orders, key: id, columns: {id: BIGINT}}\n");
    write(
        "staging/orders.sql",
        "CREATE STAGING TABLE staging.orders KEYS (id) AS SELECT * FROM raw.shop.orders");
    write(
        "marts/n.sql",
        "CREATE DYNAMIC TABLE marts.n TARGET_LAG = '5 minutes' AS SELECT id FROM staging.orders");
    answer =
        """
        [{"table": "marts.n", "altered": [
          {"property": "TARGET_LAG", "folder": "5 minutes", "value": "10 seconds", "cut": 12},
          {"property": "REFRESH_MODE", "folder": "INCREMENTAL", "value": "FULL", "cut": 13}]},
         {"table": "marts.gone", "altered": [
          {"property": "COMMENT", "folder": "", "value": "x", "cut": 14}]}]
        """;
    assertThat(run("plan", directory.toString(), "--offline")).isZero();
    assertThat(said.toString())
        .contains("altered  marts.n: TARGET_LAG is '10 seconds' since cut 12, the folder says '5")
        .contains(
            "ends     marts.n: REFRESH_MODE is 'FULL' since cut 13, the folder says 'AUTO', which"
                + " counts then")
        .doesNotContain("gone");
    said.getBuffer().setLength(0);
    assertThat(run("explain", directory.toString(), "marts.n", "--offline")).isZero();
    assertThat(said.toString()).contains("altered  marts.n: TARGET_LAG");
  }

  @Test
  void describeSaysHowATableIsKeptAndWhatWasOrdered() {
    answer =
        """
        [{"table": "marts.n", "targetLagMillis": 10000, "refreshMode": "FULL",
          "inputs": ["staging.orders"], "key": ["id"], "blocks": ["DELTA projection"],
          "suspended": true, "comment": "what for", "costs": {"cut": 9, "strategy": "FULL",
          "millis": 40},
          "altered": [{"property": "REFRESH_MODE", "folder": "AUTO", "value": "FULL", "cut": 12}]},
         {"table": "marts.unread", "targetLagMillis": 3153600000000, "refreshMode": "AUTO",
          "inputs": [], "key": [], "blocks": [], "suspended": false, "comment": null,
          "altered": [], "costs": null}]
        """;
    assertThat(run("describe", "--dir", directory.toString())).isZero();
    assertThat(said.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
        .contains("marts.n 10.0 s FULL suspended altered what for", "marts.unread none AUTO");
    said.getBuffer().setLength(0);
    assertThat(run("describe", "--dir", directory.toString(), "marts.n")).isZero();
    assertThat(said.toString())
        .contains("marts.n, REFRESH_MODE = FULL", "suspended   until millrace resume marts.n")
        .contains("altered     REFRESH_MODE is 'FULL' since cut 12, the folder says 'AUTO'")
        .contains("refreshed   at cut 9, FULL, in 40 ms", "DELTA projection");
    assertThat(run("describe", "--dir", directory.toString(), "marts.other"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(said.toString()).contains("CLI-006");
  }

  private void write(String file, String content) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, content);
  }
}
