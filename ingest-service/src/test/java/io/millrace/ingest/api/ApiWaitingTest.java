package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.demo.github.Fault;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceProgress.Phase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long a poll takes, and what ends it. */
class ApiWaitingTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final Clock clock = Clock.systemUTC();
  private final GithubApi api =
      new GithubApi(
          new Organization("millrace", 3, 0, 1, clock), GithubApi.Options.DEFAULTS, clock);

  @AfterEach
  void closeApi() {
    api.close();
  }

  private ApiReader open() {
    return new ApiReader(
        new Github(api.baseUrl()).withoutIssues(100),
        null,
        _ -> Optional.empty(),
        clock,
        new SplittableRandom(1));
  }

  private static void readRun(ApiReader reader) throws InterruptedException {
    List<SourceEvent> events = new ArrayList<>();
    while (events.isEmpty() || !(events.getLast() instanceof SourceEvent.End)) {
      SourceEvent event = reader.poll(Duration.ofSeconds(20));
      assertThat(event).isNotNull();
      events.add(event);
    }
  }

  @Test
  void pollBetweenRunsReturnsNullWhenItsTimeIsOver() throws InterruptedException {
    try (ApiReader reader = open()) {
      readRun(reader);
      long before = System.nanoTime();
      assertThat(reader.poll(Duration.ofMillis(100))).isNull();
      assertThat(System.nanoTime() - before)
          .isBetween(TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.SECONDS.toNanos(5));
      assertThat(reader.progress().phase()).isEqualTo(Phase.IDLE);
      assertThat(reader.progress().waitingFor()).startsWith("the next run at ");
    }
  }

  @Test
  void pollDoesNotWaitForASlowAnswerLongerThanItsTime() throws InterruptedException {
    api.next(1, new Fault.Slow(Duration.ofSeconds(30)));
    try (ApiReader reader = open()) {
      // The shape and the opening.
      assertThat(reader.poll(LONG)).isNotNull();
      assertThat(reader.poll(LONG)).isNotNull();
      assertThat(reader.poll(Duration.ofMillis(50))).isNull();
      assertThat(reader.progress().phase()).isEqualTo(Phase.SYNCING);
    }
  }

  @Test
  void closeEndsAPollBetweenRuns() throws Exception {
    ApiReader reader = open();
    readRun(reader);
    CompletableFuture<Boolean> ended = pollInBackground(reader);
    reader.close();
    assertThat(ended.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void closeEndsAPollThatWaitsForAnAnswer() throws Exception {
    api.next(1, new Fault.Slow(Duration.ofSeconds(30)));
    ApiReader reader = open();
    assertThat(reader.poll(LONG)).isNotNull();
    assertThat(reader.poll(LONG)).isNotNull();
    CompletableFuture<Boolean> ended = pollInBackground(reader);
    reader.close();
    assertThat(ended.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void interruptEndsAPoll() throws Exception {
    try (ApiReader reader = open()) {
      readRun(reader);
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  var _ = reader.poll(LONG);
                  interrupted.complete(false);
                } catch (InterruptedException _) {
                  interrupted.complete(true);
                }
              });
      thread.interrupt();
      assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** True when a long poll has ended without an event. */
  private static CompletableFuture<Boolean> pollInBackground(ApiReader reader) {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            ended.complete(reader.poll(LONG) == null);
          } catch (InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
          }
        });
    return ended;
  }
}
