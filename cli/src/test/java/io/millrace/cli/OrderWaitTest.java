package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.contracts.Service;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders to a dimension service that gives them cut 12 and then says what it is told to say. */
class OrderWaitTest {
  private static final String STALE =
      "'state':'STOPPED','through':5,'error':'SHD-002 the statement has changed'";
  private static final String DONE = "'state':'RUNNING','through':14,'error':null";

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Deque<String> tables = new ArrayDeque<>();
  private HttpServer service;

  @BeforeEach
  void aRun() throws IOException {
    service = RunningService.start(Service.DIMENSION, directory, this::answer);
  }

  @AfterEach
  void close() {
    service.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String answer = "{'cut':12}";
      if (exchange.getRequestMethod().equals("GET")) {
        String table = Objects.requireNonNull(tables.size() > 1 ? tables.poll() : tables.peek());
        answer = "{'service':'dimension','tables':[{'table':'dim.c'," + table + "}]}";
      }
      byte[] bytes = answer.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private int run(List<String> said, String... arguments) {
    tables.addAll(said);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(
            Stream.concat(Stream.of(arguments), Stream.of("--dir", directory.toString()))
                .toArray(String[]::new));
  }

  @Test
  void waitsUntilTheTableIsThroughTheOrder() {
    String waiting = "'state':'RUNNING','through':6,'waitingFor':'cut 12 of staging.c'";
    assertThat(run(List.of(STALE, STALE, waiting, waiting, DONE), "rebuild", "dim.c", "--wait"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .isEqualTo("dim.c is computed anew at cut 12\ndim.c is right through cut 14\n");
    assertThat(err.toString())
        .isEqualTo(
            """
            dim.c is at cut 5 of 12: SHD-002 the statement has changed
            dim.c is at cut 6 of 12: waits for cut 12 of staging.c
            """);
  }

  @Test
  void failsWithTheReasonWhenTheOrderIsRefused() {
    String before = "'state':'RUNNING','through':9,'error':'the order of cut 8 was refused: old'";
    String refused =
        "'state':'RUNNING','through':13,'error':'the order of cut 12 was refused: DIM-010 gone'";
    assertThat(run(List.of(before, before, refused), "rewind", "dim.c", "--to", "3", "--wait"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString())
        .endsWith("dim.c is not computed anew: the order of cut 12 was refused: DIM-010 gone\n");
  }

  @Test
  void failsWithTheErrorThatStopsTheTable() {
    String stopped = "'state':'STOPPED','through':5,'error':'DIM-001 two members'";
    assertThat(run(List.of(STALE, STALE, stopped), "rebuild", "dim.c", "--wait"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).endsWith("dim.c is not computed anew: DIM-001 two members\n");
  }

  @Test
  void givesUpWhenTheLimitHasPassed() {
    assertThat(run(List.of(STALE), "rebuild", "dim.c", "--wait", "--wait-limit", "300ms"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString())
        .endsWith(
            "dim.c is at cut 5 after 300 milliseconds, the order is cut 12 and stays: SHD-002 the"
                + " statement has changed\n");
  }

  @Test
  void doesNotWaitUnlessAsked() {
    assertThat(run(List.of(STALE), "rebuild", "dim.c")).isEqualTo(ExitCode.OK);
    assertThat(run(List.of(), "rebuild", "dim.c", "--wait", "--wait-limit", "soon"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("'soon' is no duration");
  }
}
